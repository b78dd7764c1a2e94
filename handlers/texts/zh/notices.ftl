# 通知：诉求有了什么变化，告诉该知道的人。

notice-recorded = ✓ 登记好了
    编号 <b><code>{ $number }</code></b>
    事项：{ $service }
    首问责任人：<b>{ $responder }</b>，负责到底
    承诺：{ $acknowledge } 前受理，{ $resolve } 前办结
    { $phone ->
        [none] 市民热线：12345
       *[other] 社区电话：{ $phone }
    }
    .elder = ✓ 登记好了
    编号 <b>{ $number }</b>
    <b>{ $responder }</b>负责到底
    答应您：{ $resolve } 前办好
notice-recorded-danger = { $managers ->
    [0] 已经告诉<b>{ $responder }</b>，请{ $responder }马上联系您。
   *[other] 已经告诉<b>{ $responder }</b>和社区管理者，请他们马上联系您。
}编号 <b><code>{ $number }</code></b>
notice-acknowledged-danger = <b>{ $handler }</b>接手了您的事。有话直接在这里说，会转给{ $handler }。
notice-acknowledged = <b>{ $handler }</b>已受理您的「{ $service }」，{ $resolve } 前办结。
    有话直接在这里说，会转给{ $handler }。
notice-handed-over = 您的「{ $service }」（{ $tail }）现在由<b>{ $handler }</b>接着办，{ $resolve } 前办结，答应您的时间不变。
    首问责任人还是<b>{ $responder }</b>，负责到底。
    .elder = 您的「{ $service }」现在由<b>{ $handler }</b>接着办。
    <b>{ $responder }</b>还是负责到底。
notice-resolved = 您的「{ $service }」（{ $tail }）办结了，{ $handler }说：
    { $outcome }
    您满意吗？没解决就点「还没解决」。
    .elder = 您的「{ $service }」办好了：
    { $outcome }
    解决了吗？
notice-replaced = 您的「{ $service }」（{ $tail }）换了首问责任人：<b>{ $responder }</b>。答应您的时间不变。
notice-closed-unrated = 您的「{ $service }」（{ $tail }）办结七天了，没有收到您的回音，先按「未评价」结案。
    如果还没解决，随时点下面。

notice-assigned = <b>新诉求，您是首问责任人</b>{ $why }
notice-assigned-urgent = <b>紧急！请马上联系居民</b>{ $why }
notice-danger-alert = <b>险情！已派给{ $handler }，请您也盯着</b>
notice-offered = <b>{ $sender }</b>请您接手，受理后由您承办：{ $why }
notice-offer-over = { $tail } { $service }：不用您接手了。
notice-transfer-taken = { $tail } { $service }：<b>{ $handler }</b>已受理，现在由{ $handler }承办。
notice-resolved-by = { $tail } { $service }：{ $handler }已办结。
    { $outcome }
notice-replaced-you = { $tail } { $service }：首问责任人换成了<b>{ $responder }</b>。{ $why }
notice-urged = { $resident }催办 { $tail } { $service }（第 { $times } 次）。请在 { $resolve } 前办结。
notice-withdrawn = { $resident }撤回了 { $tail } { $service }，不用再办。
notice-rated = { $tail } { $service }：{ $resident }评价<b>{ $level }</b>。
notice-rating-changed = { $tail } { $service }：{ $resident }改了评价（追评）：原来{ $was }，现在<b>{ $level }</b>。
notice-rating-comment = { $tail } { $service }：{ $resident }说：
    { $comment }
notice-reopened = <b>居民说还没解决，退回首问责任人</b>，答应的时间不变：
notice-call-resident = { $resident }在聊天里收不到消息，请打电话或者上门告诉：{ $tail } { $service } { $news }。
notice-tell-resident = { $resident }在聊天里收不到消息，也没有留电话，请当面告诉（上门，或者等来窗口）：{ $tail } { $service } { $news }。
news-acknowledged = 已受理
news-handed-over = 换了承办人
news-resolved = 已办结，并问满不满意
news-replaced = 换了首问责任人
news-relay = 您刚才的话没有送到，只留了记录
news-relay-edit = 您改过的话没有送到，只留了记录
news-closed-unrated = 已按未评价结案
notice-unreachable = { $name }在聊天里联系不上了（可能屏蔽或注销了）。请看看手上的事。
notice-undelivered = 有消息送不到，请看一下是给谁的，打电话或当面告诉他们。
