# 设置、我的数据、注销；出错时的话。

settings = 要设置什么？
elder-on = 打开长辈模式（字少、选项大）
elder-off = 关闭长辈模式
elder-mode = 长辈模式
elder-is-on = 长辈模式打开了。选项前有数字，打数字就行。
elder-is-off = 长辈模式关闭了。
language-other = English
language-is = 好的，现在用中文。
change-area = 换社区
my-name = 我的称呼
name-ask = 怎么称呼您？不说也可以。
name-skip = 不说
name-is = 好的，{ $name }，以后就这样称呼您。
my-data = 我的数据
my-data-to-move = 我的数据（转给别的系统用）
my-data-coming = 正在整理您的数据，马上发给您。
my-data-is = 这里是我们记着的关于您的全部内容。
    称呼：{ $name }；电话：{ $phone }；诉求：{ $count } 件。
    点开「我的数据」那一页就能看全。
leave = 注销
leave-ask = { $open ->
    [0] 注销后，您的称呼、电话、说过的话都会删掉，只留下件数，找不回来。真的要注销吗？
   *[other] 您还有 { $open } 件在办的诉求，注销会一起撤回。您的称呼、电话、说过的话都会删掉，找不回来。真的要注销吗？
}
leave-yes = 是，注销
leave-no = 不，留着
left = 已经注销，您的内容都删掉了。以后要用，随时再发一条消息。

error-unexpected = 对不住，我们这边出了点问题，刚才那一步没办成。请再发一次；着急请打 12345。
error-unavailable = 对不住，现在暂时存不上。您刚才说的没有丢，好了会接着办。着急请打 12345。
error-not-yours = 没有找到这件诉求，或者它不归您看。请核对编号。
error-not-your-turn = 这一步现在不归您办。请看最新的卡片。
error-not-now = 现在不能做这一步。请看最新的卡片。
error-acknowledged-already = 已经受理过了。
error-is-closed = 这件诉求已经结案了。
error-is-withdrawn = 这件诉求已经撤回了。
error-is-resolved = 这件诉求已经办结了，在等居民评价。
error-urged-today = 今天已经催过了，明天可以再催。
error-revised-already = 评价只能改一次，您已经改过了。
error-own-work = 自己办的事，不能自己评价。
error-not-rated = 这件诉求还没有评价。
error-outcome-empty = 办结要有文字说明。请写几句办理结果。
error-transfer-self = 这件事已经在对方手上了。
error-not-colleague = 对方不在这个社区任职，转不过去。请选名单上的同事。
error-replace-same = 首问责任人已经是对方了。
error-not-your-area = 您在这个社区没有岗位，不能在这里登记。写好的内容还在，请转给那边的同事；要重新选社区，请点「取消」再来。
error-area-not-open = 这个社区的首问台还没开通。请打 12345，有人会接。
error-tasks-left = 您手上还有没办完的诉求。请先转办给同事，再注销。
slow-down = 您发得很快，我一条一条地回，都收到了，一条不会丢。
error-invite-wait = 试了好几个都不对。请过一个小时再试，或者请管理者再发一个。
error-invite-wrong = 这个邀请码不对。请核对，或者请管理者再发一个。
error-invite-used = 这个邀请码已经用过了。请管理者再发一个。
error-invite-expired = 这个邀请码过期了。请管理者再发一个。
error-no-person = 没有找到这个人。请看最新的卡片。
error-no-area = 没有找到这个社区。
