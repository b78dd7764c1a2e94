# 我的诉求、进度、评价、说话。

status-recorded = 待受理
status-in-progress = 办理中
status-resolved = 已办结
status-closed = 已结案
status-withdrawn = 已撤回
status-line-recorded = 进度：<b>待受理</b>
status-line-in-progress = 进度：<b>办理中</b>
status-line-resolved = 进度：<b>已办结</b>，等居民评价
status-line-closed = 进度：<b>已结案</b>
status-line-withdrawn = 进度：<b>已撤回</b>
due-acknowledge = 承诺：{ $when } 前受理，{ $resolve } 前办结
due-resolve = 承诺：{ $when } 前办结
in-chat = 在聊天里联系
files-attached = 附件 { $count } 个

my-requests = 您有 { $count } 件诉求，{ $open } 件还在办。点一件看详情：
    .elder = 您的诉求，点一件看：
my-requests-none = 您现在没有在办的诉求。有什么事，直接说就行。
my-card-head = <b>{ $service }</b>
    编号 <code>{ $number }</code>
my-card-people = 首问责任人：<b>{ $responder }</b>；承办人：{ $handler }
    .elder = 负责人：<b>{ $responder }</b>
my-card-outcome = 结果：{ $outcome }
my-card-rating = 您的评价：{ $level }

act-talk = 补充说明
act-urge = 催办
act-withdraw = 撤回
act-open = 查看诉求
act-history = 经过
act-reopen = 还没解决
act-settle = 已解决
act-revise = 改评价
act-rate = 评价

urged = 已经催了{ $name }。答应您的时间是 { $when } 前。一天可以催一次。
which-talk = 补充哪一件？
which-rate = 您说的是哪一件？
which-reopen = 哪一件还没解决？
which-urge = 催哪一件？
which-withdraw = 撤回哪一件？
withdraw-ask = 真的要撤回「{ $service }」吗？撤回后就不再办了。
withdraw-yes = 是，撤回
withdraw-no = 不，接着办
withdrawn = 已经撤回（{ $number }）。以后要办，随时再说。

level-very-satisfied = 非常满意
level-satisfied = 满意
level-fairly-satisfied = 基本满意
level-dissatisfied = 不满意
level-very-dissatisfied = 非常不满意
unrated = 未评价
rate-ask = 太好了！您对这次办理满意吗？
rate-please = 您对这次办理满意吗？没解决就点「还没解决」。
revise-ask = 您可以改一次评价（追评），原来的也会留着：
rated = 谢谢您的评价：<b>{ $level }</b>。想多说两句，请直接写；不想说就点「不用了」。
rated-poor = 收到，您的评价是<b>{ $level }</b>。对不住，管理者会看到并跟进。
    方便告诉我们为什么吗？不说也可以。
reason-slow = 太慢
reason-attitude = 态度不好
reason-result = 没办好
reason-passed-around = 推来推去
reason-other = 其他
reason-thanks = 记下了。还想说什么，请直接写；不想说就点「不用了」。
comment-words = 评价请打字。要是新的事，点「这是新的事」。
comment-thanks = 谢谢，您的话会转给负责的人。
reopened = 已经退回给首问责任人<b>{ $name }</b>，答应的时间不变：{ $when } 前。
    哪里没解决？请直接说，会转给{ $name }。

history-head = <b>{ $service }</b>的经过
history-line = { $who } { $act }
event-record = 登记了诉求
event-acknowledge = 受理了
event-contact = 联系了居民
event-supply = 补充了说明
event-transfer = 转办，说明：
event-resolve = 办结，结果：
event-rate = 作了评价
event-revise = 改了评价
event-reopen = 说还没解决，退回重办
event-settle = 说已解决
event-urge = 催办
event-withdraw = 撤回
event-replace = 更换了首问责任人，原因：
event-look-up = 查看了电话
event-close-unrated = 七天没有回音，按未评价结案
event-warn = 提醒快到期
event-breach = 超过了承诺时间
event-escalate = 报给了上级

talk-as-resident = 请说，会转给<b>{ $name }</b>。文字、语音、照片都可以。
talk-as-staff = 接下来您发的都会转给<b>{ $name }</b>。说完点「说完了」。
talk-no-chat = <b>{ $name }</b>没有用聊天，请打电话联系。您在这里写的会留作记录。
talk-end = 说完了
talk-ended = 好的。
passed-on = ✓ 已转给<b>{ $name }</b>（{ $number }）。接着说也会转给{ $name }。
passed-aside = ✓ 已转给<b>{ $name }</b>（{ $number }）。
edit-not-passed = 您改的这句话没有转给别人。要说的话，请再发一次。
talk-over = { $number } 这件{ $status }，话转不过去了，先给您留着。您是要：
talk-over-staff = { $number } 这件{ $status }，刚才的话没有转给居民。
relay-from-resident = <b>{ $name }</b>（{ $tail } { $service }）：
relay-from-staff = <b>{ $name }</b>（{ $service }）：
edited = （已修改）
file-lost = （附件没能转过来，请对方重发一次）
files-of = { $number } 的附件：
