# 时钟说的话：快到期、超时、今日待办、再请评价。

stage-acknowledge = 受理
stage-contact = 首次联系居民
stage-resolve = 办结
notice-promise-warn = 快到时间了：{ $tail } { $service }（{ $resident }）答应 { $when } 前<b>{ $stage }</b>。
notice-promise-breach = <b>超时了</b>：{ $tail } { $service }（{ $resident }）答应 { $when } 前{ $stage }，还没做到。
    首问责任人：{ $responder }；承办人：{ $handler }
notice-promise-escalate = <b>超时一天还没动</b>：{ $tail } { $service }（{ $resident }）答应 { $when } 前{ $stage }。
    首问责任人：{ $responder }；承办人：{ $handler }。请您督办。
notice-promise-digest = <b>{ $broken } 件超时，{ $near } 件快到时间</b>。点一件打开：
notice-today = { $name }，早！今日待办 <b>{ $count }</b> 件，其中超时 { $overdue } 件。紧急的和最先到期的在前：
notice-rating-reminder = 您的「{ $service }」（{ $tail }）办结三天了，还合您的意吗？点一下就行；没解决就点「还没解决」。
    .elder = 您的「{ $service }」办好三天了。解决了吗？
news-rating-reminder = 已办结三天，请问问满不满意
