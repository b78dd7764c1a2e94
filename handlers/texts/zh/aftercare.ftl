# 办结以后：整改、回访、电话里记的评价；代为登记的登记单和链接。

staff-card-contact = 联系人：{ $name }（{ $more }）
phones = 电话：{ $phone }
    联系人{ $contact }（{ $relation }）：{ $other }
    （这次查看已留痕）

menu-mending = 整改
list-mending = 整改（{ $count }）
mending = 整改
mending-list = 正在整改 { $count } 件，其中您负责 { $mine } 件。最先到期的在前：
mending-none = 没有要整改的诉求。
beside-mending = 整改：由<b>{ $manager }</b>负责跟进
mend-card = <b>{ $service }</b> · { $area }
    编号 <code>{ $number }</code>
    { $resident }评价<b>{ $level }</b>
mend-reason = 原因：{ $reason }
mend-people = 整改负责人：<b>{ $manager }</b>；当时的承办人：{ $handler }
mend-complicated = 情况复杂，按 15 个工作日
mend-owed-contact = 请在 <b>{ $when }</b> 前联系居民
mend-owed-settle = 请在 <b>{ $when }</b> 前整改完成
mend-owed-follow-up = 已整改，请在 <b>{ $when }</b> 前打电话回访
mend-owed-follow-up-met = 已整改，请在 <b>{ $when }</b> 前回访（在聊天里问，或者上门）
mend-over-yes = 回访过了：居民满意了
mend-over-no = 回访过了：居民还不满意
mend-over-none = 回访过了：没有联系上
mend-stage-contact = 联系居民
mend-stage-settle = 整改完成
mend-stage-follow-up = 回访
mend-act-phoned = 已电话联系
mend-act-met = 已当面联系
mend-act-settle = 整改完成
mend-act-complex = 情况复杂，要15天
mend-act-yes = 回访：满意了
mend-act-no = 回访：还不满意
mend-act-none = 回访：联系不上
mend-phoned = 记下了：已经联系居民。请在 { $when } 前整改完成。
mend-ask-settle = 怎么整改的？请写清楚，{ $name }会看到。
mend-ask-complex = 为什么要更多时间？请写几句，{ $name }会看到。
mend-ask-yes = 居民怎么说？请写原话；没细说就点「没细说」。
mend-ask-no = 居民还有什么不满意？请写原话；没细说就点「没细说」。
mend-ask-none = 什么时候找的、怎么没联系上？请写一句。
mend-settled = 整改完成，居民会收到您写的话。请在 { $when } 前打电话回访。
mend-settled-met = 整改完成，居民会收到您写的话。请在 { $when } 前回访（在聊天里问，或者上门）。
mend-complex = 记下了，居民会知道。整改期限改到 { $when }。
mend-followed-up-yes = 回访记下了：居民满意了。这次整改结束了。
mend-followed-up-no = 回访记下了：居民还不满意。请告诉居民：随时可以点「还没解决」退回重办。
mend-followed-up-none = 回访记下了：没有联系上。这次整改结束了。
nothing-said = 没细说
care-words = 请用文字写。

notice-rectify = <b>差评，请您负责整改</b>
notice-rectify-over-to-you = <b>整改转给您负责</b>，原来的时间不变
notice-rectify-own-work = 这件事您自己办过或者负责过；没有别的管理者，只好请您整改，这一点已经记下。
notice-rectify-warn = <b>整改快到时间了</b>：{ $when } 前{ $stage }
notice-rectify-breach = <b>整改超时了</b>：应在 { $when } 前{ $stage }，还没做到
notice-rectify-escalate = <b>整改超时一天还没动</b>：{ $manager }应在 { $when } 前{ $stage }。请您督办
notice-rectify-digest = <b>整改：{ $broken } 件超时，{ $near } 件快到时间</b>。点一件打开：
notice-rectifying = 「{ $service }」（{ $tail }）没让您满意，管理者<b>{ $manager }</b>会在 <b>{ $when }</b> 前联系您，把事情弄清楚。
    .elder = 没让您满意，管理者<b>{ $manager }</b>会在 <b>{ $when }</b> 前联系您。
notice-rectify-passed = 您反映的「{ $service }」（{ $tail }）改由管理者<b>{ $manager }</b>跟进，{ $when } 前联系您。
notice-rectify-complex = 您反映的「{ $service }」（{ $tail }）要多些时间，<b>{ $when }</b> 前处理好。{ $manager }说：{ $words }
notice-rectify-settled = 您反映的「{ $service }」（{ $tail }）处理了，{ $manager }说：{ $words }
    { $when } 前会打电话再问问您。还没解决，随时点下面。
    .elder = 您反映的事处理了，{ $manager }说：{ $words }
    会打电话再问问您。
notice-rectify-settled-met = 您反映的「{ $service }」（{ $tail }）处理了，{ $manager }说：{ $words }
    { $when } 前会再问问您。还没解决，随时点下面。
    .elder = 您反映的事处理了，{ $manager }说：{ $words }
    会再问问您。
notice-reopened-by-phone = <b>居民在电话里说还没解决，退回首问责任人</b>，答应的时间不变：{ $words }
news-rectify-passed = 换了管理者跟进，会联系居民
news-rectify-complex = 整改要多些时间
news-rectify-settled = 整改完成，会再回访

tasks-calls = 要打的回访电话（{ $count }）
calls = 要打的回访电话 { $count } 个，点一个：
calls-none = 没有要打的回访电话。
resolved-no-chat = { $number } 已办结。居民在聊天里收不到，请首问责任人打电话告诉结果，问满不满意。
resolved-met = { $number } 已办结。居民在聊天里收不到，也没有留电话，请首问责任人当面告诉结果，问满不满意。
call-card = <b>电话回访</b>：{ $tail } { $service } 已办结。请打电话告诉{ $resident }结果，问满不满意：
call-card-met = <b>回访</b>：{ $tail } { $service } 已办结。{ $resident }没有留电话，请当面告诉结果，问满不满意：
call-tried = 已经打过 { $tried } 次没打通，最多打 { $most } 次。
call-own-work = 这件事您办过或者负责过，您记的评价会注明，单独计。最好请没办过的管理者来打。
call-missed = 打不通
call-pass = 请管理者打
call-rated = 记下了，居民在电话里评价<b>{ $level }</b>（代记，单独计）。
call-rated-own = 记下了，居民在电话里评价<b>{ $level }</b>（代记；您办过这件事，已注明，单独计）。
call-tell-manager = 请告诉居民：管理者<b>{ $manager }</b>会在 { $when } 前联系。
call-ask-words = 居民还说了什么？写下原话；没有就点「不用了」。
call-ask-why = 居民说为什么了吗？不说也可以。
call-reason-kept = 记下了。居民还说了什么？写下原话；没有就点「不用了」。
call-words-kept = 居民的话记下了。
call-missed-again = 记下了，第 { $tried } 次没打通。{ $when } 再请您打。
call-missed-last = 打了 { $most } 次都没打通，不用再打了。没有回音，就按「未评价」结案。
call-passed = 已请<b>{ $name }</b>来打这个电话。
call-reopen-ask = 哪里没解决？写下居民的原话；没细说就点「没细说」。
call-reopened = 已退回首问责任人<b>{ $name }</b>，答应的时间不变：{ $when } 前。
notice-call-passed = <b>{ $by }</b>请您打这个回访电话：

event-claim = 来聊天里认领了诉求
event-call-missed = 打了回访电话，没打通
event-call-passed = 请管理者打回访电话
event-take-rating-own = 电话回访，代记评价（自己办过或负责过，已注明）
event-rectify-passed = 整改换了负责人
event-rectify-answer = 整改：居民回了话
event-follow-up-yes = 回访：居民满意了
event-follow-up-no = 回访：居民还不满意
event-follow-up-none = 回访：没有联系上

error-rectified = 这次整改已经完成了。
error-complex-already = 已经说过情况复杂了，期限改过一次。
error-complex-late = 5 个工作日已经过了，不能再说情况复杂。请尽快整改。
error-not-rectified = 先整改完成，再回访。
error-followed-up = 这次整改已经回访过了。
error-called-today = 今天打过了，没打通。到时间会再请您打。
error-nobody-else = 没有别的管理者可以打这个电话。请您自己打，评价会注明。
error-claim-wrong = 这个链接不对。请工作人员再给一个。
error-claim-used = 这个链接已经用过了。请工作人员再给一个。
error-claim-over = 这个链接过期了。请工作人员再给一个。
error-claim-staff = 这件事您办过，不能由您认领。
error-claim-needless = 这位居民已经能在聊天里收到消息了，不用链接。

behalf-known = 号码 { $phone } 以前登记过。是同一位吗？
behalf-known-is = 是，{ $name }
behalf-known-no = 不是，另外一位
behalf-area = { $name }住在哪个社区？
behalf-contact = 平时联系谁？
behalf-contact-self = 就联系本人
behalf-contact-other = 联系家里人、邻居
behalf-contact-name = 联系人怎么称呼？
behalf-relation = { $contact }是{ $name }的什么人？点一个，或者写。
relation-daughter = 女儿
relation-son = 儿子
relation-spouse = 老伴
relation-neighbour = 邻居
relation-none = 不说
behalf-consent = 请念给{ $name }听：
    「我们要记下您的称呼、电话和您说的事，只用来办这件事，只有负责的人看得到，存两年，随时可以要求删掉。不要身份证号。您同意吗？」
behalf-consent-yes = 念了，同意
behalf-consent-no = 不同意
behalf-left = 这位居民刚刚注销了，以前的资料都删了。还要办事的话，请从头问起。
behalf-refused = 好的，什么都没有登记，也没有保存。可以当面帮着办，或者打 12345。
behalf-slip-show = 登记单
behalf-slip = <b>{ $area } · 登记单</b>
    { $name }
    编号 <b>{ $number }</b>
    事项：{ $service }
    首问责任人：<b>{ $responder }</b>，负责到底
    承诺：{ $acknowledge } 前受理，{ $resolve } 前办结
    问进度打：{ $phone }
behalf-link-resident = 给本人一个链接
behalf-link-contact = 给联系人一个链接
behalf-link-for-resident = 请把下面的话发给或者打印给本人。点开链接，同意，以后的消息就发到手机上：
    { $area }首问台
    { $links }
    打不开，就发这一句：<code>{ $command }</code>
    只能用一次，14 天内有效。
behalf-link-for-contact = 请把下面的话发给或者打印给联系人。点开链接，同意，以后的消息就发到手机上：
    { $area }首问台
    { $links }
    打不开，就发这一句：<code>{ $command }</code>
    只能用一次，14 天内有效。
claim-consent = 您好！这里是<b>{ $area }</b>首问台。您来看在窗口登记的诉求。
    我们要记下您的称呼和您说的话，只用来办事，只有负责的人看得到，办结后存两年，随时可在「设置」里看或者注销。
    我们不要您的身份证号。您同意吗？
claim-consent-telegram = 您好！这里是<b>{ $area }</b>首问台。您来看在窗口登记的诉求。
    我们要记下您的称呼和您说的话，只用来办事，只有负责的人看得到，办结后存两年，随时可在「设置」里看或者注销。
    <b>请知道</b>：Telegram 的消息存放在境外；想存在境内，请用社区的网页版。
    我们不要您的身份证号。您同意吗？
claimed = { $name }，您好！您在窗口登记的诉求都在这里了，以后的消息发到这里。
claimed-as-contact = 您是<b>{ $name }</b>的联系人，以后的消息发到这里，请告诉{ $name }。
claimed-list = { $count } 件诉求，点一件看：
number-kept = 您的号码记下了。没有用这个号码登记过的诉求。
claim-ask = 有人用这个号码在{ $area }登记过诉求，称呼是{ $name }。是您吗？
claim-ask-contact = { $name }在{ $area }登记诉求时，留的联系人是这个号码。您来接收消息吗？
claim-yes = 是我
claim-yes-contact = 好，发给我
claim-no = 不是
