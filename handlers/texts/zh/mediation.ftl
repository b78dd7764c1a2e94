# 调解和法律援助：承办人的案卡、对方当事人、通知。双方谁也看不到另一方说的话。

act-mediation = 调解
act-legal-aid = 法援进度
event-mediate = 调解
event-legal-aid = 法律援助
mediate-step-invite-link = 给对方发了邀请链接
mediate-step-invite-phone = 打电话邀请了对方
mediate-step-accept = 对方同意调解
mediate-step-refuse = 对方明确不愿意调解
mediate-step-name-mediator = 换了调解员
mediate-step-accept-mediator = 同意由这位调解员调解
mediate-step-refuse-mediator = 要求换调解员
mediate-step-schedule = 约了调解时间
mediate-step-settle = 达成了协议
mediate-step-fail = 没有达成协议
mediate-step-performed = 协议已履行
mediate-step-unperformed = 协议没有履行
mediate-step-ask-confirmation = 双方已申请司法确认
mediate-step-confirmed = 法院已确认协议
mediate-step-talk = 对方和调解员说了话
legal-aid-step-complete = 受理，材料齐
legal-aid-step-urgent = 情况紧急，先行援助
legal-aid-step-grant = 决定给予援助
legal-aid-step-refuse = 决定不予援助
legal-aid-step-assign = 已指派

mediation-open = 查看调解
mediation-other-unknown = 对方
mediation-card-head = <b>调解</b> · { $service }（{ $tail }）
mediation-card-parties = 申请人：{ $applicant }；对方：{ $other }
mediation-card-mediator = 调解员：<b>{ $mediator }</b>（申请人：{ $applicant }；对方：{ $other }）
mediation-card-session = 下次调解：<b>{ $when }</b>，{ $place }
mediation-card-agreement = 协议 { $effective } 生效，{ $perform } 前履行（{ $performed }）
mediation-stage-new = 还没有邀请对方
mediation-stage-invited = 已邀请对方，等答复
mediation-stage-agreed = 双方都愿意调解
mediation-stage-settled = <b>已达成协议</b>
mediation-stage-refused = <b>一方明确不愿意，调解结束</b>（人民调解法第17条）
mediation-stage-failed = <b>没有达成协议，调解结束</b>
mediation-agrees-yes = 同意
mediation-agrees-no = 要求换人
mediation-agrees-open = 还没说
mediation-performed-open = 还没回访
mediation-performed-yes = 已履行
mediation-performed-no = 没有履行
mediation-confirmation-open = 司法确认：双方可以在 <b>{ $until }</b> 前（含当天）一起向法院申请
mediation-confirmation-asked = 司法确认：双方已申请（期限 { $until }）
mediation-confirmation-done = 司法确认：法院已确认（期限 { $until }）
mediation-routes = 请告诉双方还能走的路：
mediation-route-arbitration = · 仲裁：劳动、土地承包、有仲裁约定的，向仲裁机构申请
mediation-route-administrative = · 行政：请主管的行政机关处理
mediation-route-court = · 法院：起诉；怎么起诉可以打 12348 问

mediation-act-invite-link = 发邀请链接
mediation-act-invite-phone = 电话邀请
mediation-act-accept = 对方同意调解
mediation-act-refuse = 对方明确不同意
mediation-act-name-mediator = 换调解员
mediation-act-accept-mediator = 双方都同意调解员
mediation-act-schedule = 约时间
mediation-act-reschedule = 改时间
mediation-act-settle = 达成协议
mediation-act-fail = 未达成
mediation-act-performed = 已履行
mediation-act-unperformed = 没有履行
mediation-act-ask-confirmation = 已申请司法确认
mediation-act-confirmed = 法院已确认
mediation-act-talk = 联系对方
mediation-act-phone-number = 看对方电话

mediation-invite-how = 把下面这条原样发给对方（微信、短信都行）。链接只能用一次；再发一次，旧的就作废。
mediation-invite = 您好！{ $area }人民调解委员会请您参加一次调解（{ $service }）。调解免费、自愿、保密，愿不愿意都由您。
    { $links }
    打不开，就给首问台发这一行：<code>{ $command }</code>
    { $until } 前有效，只能由您本人用一次。
mediation-invite-here = 请打开社区的首问台。
mediation-ask-other-name = 电话邀请：对方怎么称呼？
mediation-ask-other-phone = { $name }的电话是多少？
mediation-ask-other-said = { $name }怎么说？可以先写下原话（不会给申请人看），再点对方的意思：
mediation-said-yes = 同意调解
mediation-said-no = 明确不同意
mediation-said-later = 还没定
mediation-ask-mediator = 换成谁做调解员？会重新问双方同不同意。
mediation-ask-time = 约在什么时候？比如「11月30日 14:30」「明天下午3点」「下周三上午10点」。
mediation-time-day = 没看懂是哪一天。请写成「11月30日 14:30」，或者「明天下午3点」。
mediation-time-time = 没看懂是几点。请写成「11月30日 14:30」，或者「明天下午3点」。
mediation-time-past = 这个时间已经过了。请再写一个。
mediation-time-far = 这个时间在一年以后了。请再写一个。
mediation-ask-place = { $when }。在哪里？
mediation-place-office = 社区调解室
mediation-ask-agreement = 请写下协议内容：谁、做什么、什么时候做完。双方会看到原文。
mediation-ask-effective = 协议哪天生效（双方签字、或者当面说定的那天）？点一个，或者写日期，比如「11月20日」。
mediation-effective-0 = 今天
mediation-effective-1 = 昨天
mediation-effective-wrong = 没看懂，或者这天还没到。请写成「11月20日」。
mediation-ask-days = { $day } 生效。多少天内履行？点一个，或者写天数，比如「20天」。
mediation-days-0 = 当场已履行
mediation-days-7 = 7 天
mediation-days-15 = 15 天
mediation-days-30 = 30 天
mediation-days-wrong = 请写天数，比如「20天」。
mediation-ask-settle = 请再看一遍，确认后会发给双方：
    { $text }
    { $effective } 生效，{ $perform } 前履行；{ $until } 前可以申请司法确认。
mediation-again = 重写
mediation-sure-settle = 确认，发给双方
mediation-ask-accept = 记下：对方亲口说同意调解？
mediation-sure-accept = 是，同意
mediation-ask-refuse = 一方明确不愿意，调解就结束了，不能再调（人民调解法第17条）。真的记下吗？
mediation-sure-refuse = 是，明确不同意
mediation-ask-fail = 记下未达成，调解就结束了，双方会收到还能走的路。真的吗？
mediation-sure-fail = 是，未达成
mediation-in-words = 请用文字写。
mediation-done-invite-phone = 记下了。
mediation-done-accept = 记下了，申请人会收到通知。
mediation-done-refuse = 记下了。还能走的路已经告诉申请人。请办结这件诉求。
mediation-done-fail = 记下了，双方都会收到还能走的路。请办结这件诉求。
mediation-done-accept-mediator = 记下了，可以约时间了。
mediation-done-name-mediator = 调解员换成{ $mediator }了，正在问双方同不同意。
mediation-done-schedule = 约好了，双方都会收到，前一天 9:00 和前一小时会再提醒。
mediation-done-settle = 协议记下了，双方都会收到。到期会提醒您回访；请办结这件诉求。
mediation-done-performed = 记下了：已履行。
mediation-done-unperformed = 记下了，已经提醒双方。七天后再提醒您回访。
mediation-done-ask-confirmation = 记下了，不再提醒。
mediation-done-confirmed = 记下了：法院已确认。
mediation-talk-staff = 接下来您发的都转给<b>{ $name }</b>，申请人看不到。说完点「说完了」。
mediation-talk-party = 请说，会转给调解员<b>{ $name }</b>，另一方看不到。说完点「说完了」。
mediation-passed = ✓ 已转给<b>{ $name }</b>，另一方看不到。

mediation-consent = 您好！<b>{ $area }</b>人民调解委员会请您参加一次调解。看内容之前，请您先同意：
    <b>记什么</b>：您的称呼、您的答复、您说的话。
    <b>做什么用</b>：只用来调解这件事，只有调解员和首问责任人看得到，另一方看不到；您以后自己要办事，也这样保管。
    <b>存多久</b>：办结后两年。随时可在「设置」里看、要一份，或者注销。
    同意记下这些，不等于同意调解。您同意吗？
mediation-consent-telegram = 您好！<b>{ $area }</b>人民调解委员会请您参加一次调解。看内容之前，请您先同意：
    <b>记什么</b>：您的称呼、您的答复、您说的话。
    <b>做什么用</b>：只用来调解这件事，只有调解员和首问责任人看得到，另一方看不到；您以后自己要办事，也这样保管。
    <b>存多久</b>：办结后两年。随时可在「设置」里看、要一份，或者注销。
    <b>请知道</b>：Telegram 的消息存放在境外。
    同意记下这些，不等于同意调解。您同意吗？
mediation-welcome = 谢谢您！
mediation-invitation = <b>{ $applicant }</b>请<b>{ $area }</b>人民调解委员会调解和您的一件事：「{ $service }」。
    调解员：<b>{ $mediator }</b>。不收费，您说的话不会给另一方看。
    愿不愿意都由您；调解员也可以换一位。您愿意吗？
    .elder = <b>{ $applicant }</b>想请社区调解和您的事：「{ $service }」。调解员：<b>{ $mediator }</b>。您愿意吗？
mediation-somebody = 有位居民
mediation-with-somebody = 一位居民
mediation-party-head = 您和<b>{ $applicant }</b>的调解：「{ $service }」，调解员<b>{ $mediator }</b>
mediation-agreement-is = 协议：{ $text }
    { $effective } 生效，{ $perform } 前履行；{ $until } 前双方可以一起申请司法确认。
mediation-party-accept = 同意调解
mediation-party-accept-other = 同意，但换一位调解员
mediation-party-refuse = 不同意调解
mediation-party-refuse-ask = 您真的不愿意调解吗？说了不愿意，这次调解就结束了。
mediation-party-refuse-yes = 是，不愿意
mediation-party-talk = 跟调解员说
mediation-party-accepted = 谢谢您。时间定了会告诉您。
mediation-party-another = 谢谢您。另一位调解员定了会告诉您。
mediation-mediator-yes = 同意
mediation-mediator-no = 换一位
mediation-mediator-taken = 好的，由<b>{ $mediator }</b>调解。
mediation-mediator-other = 好的，会请社区另外找一位，定了再问您。

relay-from-other = <b>{ $name }</b>（调解对方，{ $tail } { $service }；回复这条就能回答）：
relay-from-mediator = 调解员<b>{ $name }</b>（回复这条就能回答）：

notice-mediation-invited = 您的「{ $service }」（{ $tail }）：已经请对方来调解。
    调解员：<b>{ $mediator }</b>。调解员要双方都认可，您同意吗？
    .elder = 您的「{ $service }」：调解员是<b>{ $mediator }</b>，您同意吗？
notice-mediation-agreed = 您的「{ $service }」（{ $tail }）：对方同意调解。时间定了会告诉您。
notice-mediation-refused-applicant = 您的「{ $service }」（{ $tail }）：对方明确不愿意调解，按规定不能再调（人民调解法第17条）。您还可以走：
    { $routes }
notice-mediation-refused-other = 您不愿意调解，已经记下，「{ $service }」的调解结束了。这件事双方还可以走：
    { $routes }
notice-mediation-failed = 「{ $service }」（{ $tail }）没有达成协议，调解结束了。双方还可以走：
    { $routes }
notice-mediation-ended = 「{ $service }」的调解不再进行了。您不用再做什么。
notice-mediation-mediator = 「{ $service }」（{ $tail }）换了调解员：<b>{ $mediator }</b>。您同意吗？
notice-mediation-time = 「{ $service }」的调解约好了：
    <b>{ $when }</b>，{ $place }，调解员{ $mediator }。来不了，请提前说。
notice-mediation-moved = 「{ $service }」的调解改时间了：
    <b>{ $when }</b>，{ $place }，调解员{ $mediator }。来不了，请提前说。
notice-mediation-reminder = 提醒：「{ $service }」的调解在 <b>{ $when }</b>，{ $place }，调解员{ $mediator }。
notice-mediation-agreement = 「{ $service }」（{ $tail }）达成协议：
    { $text }
    { $effective } 生效，{ $perform } 前履行。
    想更稳当：双方在 <b>{ $until }</b> 前（含当天）一起向法院申请司法确认（人民调解法第33条），不收费。
notice-mediation-unperformed = 「{ $service }」的协议应当在 { $perform } 前履行，还没有履行。请按协议办；有困难请告诉调解员。
    为履行起争议的，可以向法院起诉（人民调解法第32条）。
notice-mediation-confirm = 提醒：「{ $service }」的协议，<b>{ $until }</b> 是双方一起申请司法确认的最后一天。要申请，请找调解员{ $mediator }。

notice-mediation-named = 请您做调解员：{ $tail } { $service }（申请人 { $applicant }，对方 { $other }）。时间、协议由承办人记录；对方的话会转给您。
notice-mediation-answered-accept = { $tail } { $service }：对方（{ $other }）<b>同意调解</b>，也同意由{ $mediator }调解。
notice-mediation-answered-accept-other-mediator = { $tail } { $service }：对方（{ $other }）<b>同意调解，但要求换一位调解员</b>。
notice-mediation-answered-refuse = { $tail } { $service }：对方（{ $other }）<b>明确不愿意调解</b>，调解结束。双方都收到了还能走的路；请办结这件诉求。
notice-mediation-mediator-refused-applicant = { $tail } { $service }：申请人（{ $applicant }）要求换一位调解员。
notice-mediation-mediator-refused-other = { $tail } { $service }：对方（{ $other }）要求换一位调解员。
notice-mediation-call-other = { $tail } { $service }：请打电话告诉对方（{ $other }）：
    { $news }
notice-mediation-follow-up = { $tail } { $service }：协议 { $perform } 到期，请回访双方，履行了没有？
notice-mediation-other-left = { $tail } { $service }：对方注销了，在聊天里联系不上了。这不算明确拒绝，请用别的办法联系。

news-mediation-invited = 已经请对方来调解，请问同不同意这位调解员
news-mediation-agreed = 对方同意调解
news-mediation-refused = 对方明确不愿意调解，请告诉还能走仲裁、行政、法院的路
news-mediation-failed = 没有达成协议，请告诉还能走仲裁、行政、法院的路
news-mediation-mediator = 换了调解员，请问同不同意
news-mediation-time = 调解时间定了，详见「调解」
news-mediation-moved = 调解改时间了，详见「调解」
news-mediation-reminder = 调解快到了，详见「调解」
news-mediation-agreement = 协议记下了，请把履行和司法确认的期限说清楚
news-mediation-unperformed = 协议还没有履行，请督促
news-mediation-confirm = 申请司法确认的期限快到了
news-legal-aid-complete = 法律援助材料齐了，请告诉几号前决定
news-legal-aid-urgent = 情况紧急，先行法律援助，手续后补
news-legal-aid-granted = 决定给予法律援助，请告诉几号前指派
news-legal-aid-refused = 决定不予法律援助，请说明理由和怎样提异议
news-legal-aid-assigned = 已经指派，请告诉律师的姓名和电话

error-mediation-not-now = 调解现在不能做这一步。请看最新的「调解」卡片。
error-mediation-link-wrong = 这个邀请链接不对，或者已经换了新的。请问发链接给您的人。
error-mediation-link-used = 这个邀请链接已经用过了。请问发链接给您的人。
error-mediation-link-over = 这个邀请链接过期了，或者这次调解已经结束。请问发链接给您的人。
error-mediation-link-own = 这个链接是给对方的。请原样转发给对方。
error-mediation-past = 这个时间已经过了。请再约一个。
error-mediation-words = 请用文字写清楚。
error-mediation-over = 这次调解已经结束了，话转不过去了。
error-mediation-no-chat = 对方没有用聊天，请打电话联系。
error-legal-aid-not-now = 法律援助现在不能做这一步。请看最新的「法援进度」。
error-legal-aid-reason = 不予援助要写明理由。

legal-aid-card = <b>法援进度</b> · { $service }（{ $tail }）
legal-aid-line-complete = 受理、材料齐：{ $when }；{ $decide } 前决定（法律援助法第43条）
legal-aid-line-urgent = 先行援助：{ $when }（{ $ground }）；手续后补（第44条）
legal-aid-line-granted = 决定给予：{ $when }
legal-aid-line-refused = 决定不予：{ $when }
legal-aid-line-assign = { $assign } 前指派（第43条）
legal-aid-line-assigned = 已指派：{ $when }，{ $lawyer }
legal-aid-act-complete = 受理，材料齐
legal-aid-act-urgent = 情况紧急，先行援助
legal-aid-act-grant = 决定给予
legal-aid-act-refuse = 决定不予
legal-aid-act-assign = 已指派
legal-aid-ask-ground = 为什么紧急？（法律援助法第44条）
legal-aid-ground-time-limit = 时效或期限不足七天，要马上起诉、仲裁、复议
legal-aid-ground-preservation = 要马上保全财产、证据，或先予执行
legal-aid-ground-other = 法律法规规定的其他情形
legal-aid-reason = 为什么不予援助？请写明理由，居民会看到。
legal-aid-lawyer = 指派了谁？请写律师（或法律工作者）的姓名。
legal-aid-phone = { $name }的电话是多少？
legal-aid-done-complete = 记下了，居民会收到决定的日期。
legal-aid-done-urgent = 记下了，居民会知道先援助、后补手续。
legal-aid-done-grant = 记下了，居民会收到指派的日期。
legal-aid-done-refuse = 记下了，居民会收到理由和提异议的办法。
legal-aid-done-assign = 记下了，居民会收到姓名和电话。

notice-legal-aid-complete = 您的「{ $service }」（{ $tail }）：材料齐了，已经受理。
    法律援助机构 <b>{ $decide }</b> 前决定给不给援助。
notice-legal-aid-urgent = 您的「{ $service }」（{ $tail }）：情况紧急，<b>先提供援助，手续后补</b>。请尽快把材料补上。
notice-legal-aid-granted = 您的「{ $service }」（{ $tail }）：<b>决定给予法律援助</b>，不收费。
    <b>{ $assign }</b> 前指派律师，定了马上告诉您。
notice-legal-aid-granted-assigned = 您的「{ $service }」（{ $tail }）：<b>决定给予法律援助</b>，不收费。
    还是由<b>{ $lawyer }</b>帮您，电话 { $phone }。
notice-legal-aid-refused = 您的「{ $service }」（{ $tail }）：决定不予法律援助。理由：
    { $reason }
    不服的，可以向设立法律援助机构的司法局提出异议（法律援助法第49条）。要帮忙请直接说，或者打 12348。
notice-legal-aid-assigned = 您的「{ $service }」（{ $tail }）：<b>{ $lawyer }</b>帮您办，电话 { $phone }。不收费。
notice-legal-aid-due-decide = { $tail } { $service }（{ $resident }）：法律援助 <b>{ $when }</b> 前要决定。
notice-legal-aid-due-assign = { $tail } { $service }（{ $resident }）：法律援助 <b>{ $when }</b> 前要指派。
notice-legal-aid-late-decide = <b>超过法定期限</b>：{ $tail } { $service }（{ $resident }）的法律援助应当在 { $when } 前决定。承办人：{ $handler }
notice-legal-aid-late-assign = <b>超过法定期限</b>：{ $tail } { $service }（{ $resident }）的法律援助应当在 { $when } 前指派。承办人：{ $handler }
