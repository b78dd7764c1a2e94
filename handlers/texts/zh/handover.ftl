# 转办到上级和外单位、否定报备、更正事项、三事分流、离岗交接。

transfer-up = 转到{ $area }
transfer-outside = 转给外单位
transfer-refuse = 办不了，报备
transfer-correct = 事项不对，更正
transfer-above = 转给{ $area }的哪一位？对方受理之前，这件事还是您的。

outside-body = 转给哪个外单位？请写单位名称，比如「江北区法律援助中心」。
outside-contact = 怎么找<b>{ $body }</b>？请写电话或者地址，居民会看到。
outside-why = 为什么转给<b>{ $body }</b>？请写原因。
outside-when = 哪天去问<b>{ $body }</b>办得怎样？点一个，或者写日期，比如「12月8日」。到那天会提醒首问责任人。
outside-in = { $days } 天后
outside-day-wrong = 没看懂这个日期，或者不是以后的日子。请再写一次，比如「12月8日」。
outside-done = 已记下转给<b>{ $body }</b>（{ $number }），居民已经知道。首问责任人{ $name }会在 { $when } 去问。答应居民的时间不变。
outside-follow = <b>{ $body }</b>办到哪一步了？请写几句，居民会看到。
outside-next = 下次哪天再问？点一个，或者写日期。那边办完了就点「不用再问」。
outside-no-more = 不用再问
outside-followed = 记下了，居民已经知道。{ $when } 再提醒首问责任人去问。
outside-ended = 记下了，居民已经知道。不再提醒去问。事情办好了，请点「办结」。
act-follow-outside = 记外单位进展
outside-line = 在外单位：<b>{ $body }</b>（{ $contact }），{ $when } 去问进展
outside-line-resident = 已转给<b>{ $body }</b>（{ $contact }），{ $name }继续跟进
outside-mark = 问进展 { $when }

refusal-ground = 为什么办不了？请写清楚依据，管理者会核实。
refusal-body = 这件事该归哪个单位管？请写单位名称。
refusal-contact = 居民怎么找<b>{ $body }</b>？请写电话或者地址。
refusal-reported = 已报管理者核实（{ $number }），居民已经知道在核实。核实之前还是您的，时间照算。
refusal-line = 否定报备，待管理者核实：该归<b>{ $body }</b>（{ $contact }）{ $ground }
refusal-line-resident = 正在请管理者核实：这件事可能该找<b>{ $body }</b>（{ $contact }）
act-uphold = 同意，办不了
act-overrule = 退回继续办
refusal-upheld = 已同意（{ $number }）。居民会看到理由和该找的单位，也可以说还没解决。
overrule-why = 退回继续办。请写怎么办，承办人会看到：
refusal-overruled = 已退回（{ $number }），承办人继续办，居民已经知道。
decisions = <b>{ $count }</b> 件否定报备等您核实：
decision-line = 待核实 { $line }

correct-which = 现在登记的是<b>{ $service }</b>。该是哪一项？点领域去选，或者写几个字来找。
correct-found = 是这里面的哪一项？都不是就再写几个字。
correct-of = { $domain }里的哪一项？
correct-sure = 把<b>{ $before }</b>更正成<b>{ $after }</b>？居民会知道。答应的办结时间不变：{ $when } 前。
correct-sure-earlier = 把<b>{ $before }</b>更正成<b>{ $after }</b>？居民会知道。这一项办得快，办结时间提前到 { $when } 前。
correct-yes = 更正
correct-done = 已更正成<b>{ $service }</b>（{ $number }）。请在 { $when } 前办结。

matter-line = 三事分流：{ $matter }
matter-government = 大事（政府办）
matter-community = 小事（社区一起办）
matter-personal = 私事（自己办，社区帮）
matter-mark-government = 大
matter-mark-community = 小
matter-mark-personal = 私

left-list-blocked = <b>{ $name }</b>在聊天里联系不上了（可能屏蔽或注销了），手上还有 <b>{ $count }</b> 件。请交给同事，一件一件交，或者一次全交：
left-list-gone = <b>{ $name }</b>已经离岗，手上还有 <b>{ $count }</b> 件。请交给同事，一件一件交，或者一次全交：
left-all = 全部交给一位同事
left-whom = { $name }的 { $count } 件交给谁？居民会知道新的姓名。
left-whom-one = 把 { $number } { $service } 交给谁？
left-nobody = 没有一位同事能接下全部。请一件一件交。
left-reason = { $name }不在岗，工作交接
left-done = 已交接 { $count } 件给{ $heir }。
left-none = { $name }手上没有要交接的事了。

notice-outside = 您的「{ $service }」（{ $tail }）转给了<b>{ $body }</b>。
    联系：{ $contact }
    首问责任人还是<b>{ $responder }</b>，会一直跟进。答应您的时间不变。
    .elder = 您的「{ $service }」转给了<b>{ $body }</b>：{ $contact }
    <b>{ $responder }</b>还是负责到底。
notice-outside-news = 您的「{ $service }」（{ $tail }）在<b>{ $body }</b>有了进展：{ $note }
notice-outside-yours = <b>{ $sender }</b>把它转给了{ $body }（{ $contact }）。您是首问责任人，请 { $when } 去问进展。
notice-outside-due = 今天该问外单位的进展了。{ $tail } { $service }（{ $resident }）在<b>{ $body }</b>，联系：{ $contact }。
notice-outside-due-list = 今天有 <b>{ $count }</b> 件该问外单位的进展。点一件打开：
notice-holding = <b>{ $before }</b>办不了事了，现在由您承办：{ $why }
notice-matter-recorded = <b>大事，请您心里有数</b>，由{ $responder }首问：
notice-refusal-checking = 您的「{ $service }」（{ $tail }）可能不归社区管，该找<b>{ $body }</b>（{ $contact }）。正在请管理者核实，核实完马上告诉您。答应您的时间不变。
    .elder = 您的「{ $service }」可能该找<b>{ $body }</b>（{ $contact }）。
    我们先核实，马上告诉您。
notice-refusal-upheld = 您的「{ $service }」（{ $tail }）核实过了，社区办不了：
    { $outcome }
    这样答复您满意吗？没解决就点「还没解决」。
    .elder = 您的「{ $service }」社区办不了：
    { $outcome }
notice-refusal-overruled = 您的「{ $service }」（{ $tail }）核实过了，还是由社区给您办，承办人是<b>{ $handler }</b>，{ $resolve } 前办结。
notice-refusal-reported = <b>否定报备，请您核实</b>，由{ $reporter }报来：
notice-refusal-late = <b>否定报备一个工作日没有核实</b>，请您核实或者督促，由{ $reporter }报来：
notice-refusal-decided-yes = { $tail } { $service }：{ $by }已同意否定报备，居民已经知道。
notice-refusal-decided-no = { $tail } { $service }：{ $by }退回了否定报备，请继续办。{ $why }
notice-corrected = 您的「{ $before }」（{ $tail }）更正成了<b>{ $service }</b>，{ $resolve } 前办结。
notice-corrected-staff = { $tail }：事项由「{ $before }」更正成<b>{ $service }</b>。请在 { $resolve } 前办结。
notice-mediator-left = { $tail } { $service }：调解员{ $name }现在办不了事。请另请一位，双方都同意才行。
news-outside = 转给了外单位，首问责任人继续跟进
news-outside-news = 在外单位有了进展
news-refusal-checking = 可能不归社区管，正在请管理者核实
news-refusal-upheld = 社区办不了，该找别的单位，并问满不满意
news-refusal-overruled = 核实过了，还是由社区办
news-corrected = 服务事项更正了

error-body-empty = 请写清楚单位名称和联系办法。
error-follow-up-day = 请选以后的日子，一年以内。
error-not-outside = 这件事现在不在外单位。
error-refusal-waits = 已经报过，正在等管理者核实。
error-refusal-decided = 这次报备已经有人核实过了，或者事情已经接着办了。
error-refusal-own = 自己报的要别的管理者核实。
error-nobody-decides = 没有别的管理者可以核实。请转办，或者请上级来办。
error-service-unknown = 没有这项服务事项。请重新选。
error-service-same = 登记的就是这一项。
error-mediation-begun = 调解已经开始，请先把调解办完或者终止，再更正。
error-legal-aid-begun = 法律援助材料已收齐，请先作出决定，再更正。
