# 社区工作者和管理者。

act-acknowledge = 受理
act-contact = 联系居民
act-transfer = 转办
act-resolve = 办结
act-look-up = 看电话
act-replace = 换首问责任人
act-files = 看附件

staff-card-urgent = <b>紧急</b>
staff-card-head = <b>{ $service }</b> · { $area }
    编号 <code>{ $number }</code>
staff-card-resident = 居民：{ $name }（{ $phone }）
staff-card-people = 首问责任人：{ $responder }；承办人：{ $handler }

tasks = 手上 { $count } 件，超时 { $overdue } 件，紧急 { $urgent } 件。点一件打开：
owed-offered = 转给您，待受理
owed-acknowledge = { $when }受理
owed-resolve = { $when }办结
owed-waits = 补正中，最晚{ $when }
soon-yesterday = 昨天{ $time }
soon-today = 今天{ $time }
soon-tomorrow = 明天{ $time }
button-typed = 「{ $act }」是按钮，没有发给居民。点这里：
button-typed-none = 「{ $act }」是按钮，没有发给居民。现在没有一件可以点它。
tasks-none = 手上没有在办的诉求。
done-already = 这一步已经办过了，现在：{ $status }。
acknowledged = 已受理。{ $name }已经知道由您承办。请在 { $when } 前办结。
acknowledged-no-chat = 已受理。{ $name }没有用聊天，首问责任人会打电话告诉。请在 { $when } 前办结。
acknowledged-met = 已受理。{ $name }没有用聊天，也没有留电话，首问责任人会当面告诉。请在 { $when } 前办结。
phone = 电话：{ $phone }（这次查看已留痕）
phone-none = 没有留电话。请在聊天里联系。
outcome-ask = 请写办理结果，{ $name }会看到。写清楚：办了什么、结果怎样。
outcome-files-kept = 您前面发的 { $count } 个附件还在，会和结果一起给居民看。
outcome-words = 办结要有文字说明。请写几句办理结果，可以附照片。
resolved = { $number } 已办结，居民会收到结果并评价。
transfer-whom = 转给谁？对方受理之前，这件事还是您的。
transfer-why = 转给<b>{ $name }</b>，请写原因：
transferred = 已请{ $name }接手（{ $number }）。对方受理之前，还是您承办。
replace-whom = 换成谁做首问责任人？
replace-why = 换成<b>{ $name }</b>，请写原因（居民会知道新的姓名）：
replaced = 首问责任人已换成{ $name }（{ $number }），居民已经知道。
no-colleague = 这个社区没有别的同事可以接。请先邀请同事加入。
reason-words = 请用文字写原因。
error-reason-empty = 请写原因，再交给对方。

behalf-how = 代为登记：居民是怎么说的？
behalf-way-counter = 来窗口
behalf-way-phone = 打电话
behalf-way-visit = 上门走访
behalf-name = 居民怎么称呼？
behalf-phone = { $name }的电话是多少？
behalf-phone-wrong = 这个号码不像电话。请再打一次，只写数字，比如 13812345678。
behalf-no-phone = 没有电话
behalf-need = { $name }要办什么事？把原话记下来就行。
behalf-as = { $name }的事：{ $need }
    登记成哪一项？还要补充，就接着写。
behalf-name-only = 只写称呼就行，比如「张婆婆」。事情后面再写，刚才写的给您留着。
behalf-phone-short = 手机号是 11 位，{ $phone } 是 { $digits } 位。请再对一遍。
behalf-phone-kept = 电话记下了：{ $phone }
behalf-back = 返回
behalf-check = 我这样记，对吗？
    { $lines }
behalf-check-name = 称呼：{ $value }
behalf-check-phone = 电话：{ $value }
behalf-check-need = 事情：{ $value }
behalf-check-yes = 对
behalf-check-rename = 改称呼
behalf-done = 已登记{ $name }的诉求，编号 <code>{ $number }</code>。
    您是首问责任人。请把编号告诉居民。

overview = <b>{ $period }总览</b>
    登记 { $recorded } 件；结案 { $closed } 件，其中评价 { $rated } 件
    现在在办 { $open } 件，超时 <b>{ $overdue }</b> 件
overview-all = <b>满意度</b>
overview-rate = { $name }：<b>{ $rate }</b>（评价 { $rated } / 结案 { $closed }）
overview-few = { $name }：满意 { $satisfied } / 评价 { $rated }（不足 5 件，不算比例）
overview-unrated = { $name }：结案 { $closed } 件，还没有评价
list-open = 在办
list-overdue = 超时
list-poor = 差评
list-all = 全部
list-head = { $title }：共 { $total } 件，第 { $start }–{ $end } 件
list-none = 没有这样的诉求。
next-page = 下一页
undelivered = 未送达
undelivered-count = 未送达（{ $count }）
undelivered-head =
    <b>未送达：{ $total } 条</b>
    { $lines }
    请打电话或当面告诉他们。
undelivered-line = · { $at } { $name }：{ $why }
undelivered-gone = 聊天里联系不上了
undelivered-refused = 消息发不出去
undelivered-none = 没有送不到的消息。
