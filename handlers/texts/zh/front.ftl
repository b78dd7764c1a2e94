# 前台：问候、同意、选社区、转人工、险情。短、暖、直白；一条消息只问一件事。

menu-services = 我要办事
menu-requests = 我的诉求
menu-human = 转人工
menu-settings = 设置
menu-tasks = 我的任务
menu-behalf = 代为登记
menu-overview = 总览
human = 转人工
more = 更多
more-choices = 还有这些：
somebody = 居民
the-desk = 首问台

welcome = 您好！这里是<b>{ $area }</b>首问台。
    有什么事，直接用自己的话说就行——打字、语音、照片都可以。
    您的事由一位工作人员负责到底。
    .elder = 您好！有什么事，直接说就行。
welcome-anywhere = 您好！这里是社区首问台。
    有什么事，直接用自己的话说就行——打字、语音、照片都可以。
    .elder = 您好！有什么事，直接说就行。
welcome-staff = { $name }，您好！新的诉求会发到这里。
    直接回复居民的消息，就能和居民说话。
say-need = 请说说您要办什么事。
    打字、语音、照片都可以。
    .elder = 请说，您要办什么事？

consent = 您好！这里是社区首问台。
    要帮您办事，得先记下几样：您说的话、您的称呼、您所在的社区。
    <b>做什么用</b>：只用来办您的事；只有负责的工作人员和他们的管理者看得到。
    <b>存多久</b>：办结后两年。随时可在「设置」里看、要一份，或者注销。
    我们不要您的身份证号。您同意吗？
    .elder = 您好！这里是社区首问台。
    我们要记下您说的话、您的称呼和社区，<b>只用来办您的事</b>，办结后存两年。随时可在「设置」里看、要一份，或者注销。
    不要您的身份证号。您同意吗？
consent-telegram = 您好！这里是社区首问台。
    要帮您办事，得先记下几样：您说的话、您的称呼、您所在的社区。
    <b>做什么用</b>：只用来办您的事；只有负责的工作人员和他们的管理者看得到。
    <b>存多久</b>：办结后两年。随时可在「设置」里看、要一份，或者注销。
    <b>请知道</b>：Telegram 的消息存放在境外；想存在境内，请用社区的网页版。
    我们不要您的身份证号。您同意吗？
    .elder = 您好！这里是社区首问台。
    我们要记下您说的话、您的称呼和社区，<b>只用来办您的事</b>，办结后存两年。随时可在「设置」里看、要一份，或者注销。
    Telegram 的消息存放在境外；想存在境内，请用社区的网页版。
    不要您的身份证号。您同意吗？
consent-kept = 您说的我先记着。要接着办，请点「同意」，或者打「同意」两个字。
consent-again = 要接着办，请点「同意」，或者打「同意」两个字。
consent-yes = 同意
consent-no = 不同意
consent-thanks = 谢谢您！
consent-refused = 好的，您说的都没有保存。
    您可以直接去社区，或者打 12345。想用这里时，随时再发一条消息。
consent-refused-danger = 好的。刚才的险情已经转给工作人员，别的都没有保存。
    险情请直接打 120、110、119。想用这里时，随时再发一条消息。
consent-given-already = 您已经同意过了。要撤回，请到「设置」里注销。

area-ask = 您住在哪个社区（村）？请点一个，或者打出名字。
area-stay = 不换，还在{ $area }
area-which = 您说的是哪一个？
area-not-found = 没找到「{ $words }」。请再打一次社区（村）的名字，两三个字就行。
noted = 您说的记下了。
area-none-open = 这里还没有社区开通。请打 12345，有人会接。
area-unknown = 这个社区的二维码或链接不认识了。请打出您社区（村）的名字，或者打 12345。
area-chosen = 好的，您在<b>{ $area }</b>。
area-not-open = <b>{ $area }</b>的首问台还没开通。{ $phone ->
    [none] 请打市民热线 12345，有人会接。
   *[other] 请打社区电话 { $phone }，或者市民热线 12345，有人会接。
}

human-say = 好的，请说您的事，说完就有工作人员接。
    { $phone ->
        [none] 着急可以打市民热线：12345。
       *[other] 着急可以打 { $area }电话：{ $phone }。
    }
    .elder = 请说您的事，工作人员会接。
human-before-consent = 现在就可以打 { $phone }，有人接。
    在这里找工作人员，先请您看看下面这条：
danger-told = { $managers ->
    [0] 已经发给社区工作人员。
   *[other] 已经发给社区工作人员和管理者。
}
    请告诉我们：您在哪里（几栋几号）、电话多少。
danger-passed-on = 已经转给工作人员。
danger-nobody = 这里还没有社区工作人员在线，请直接打电话。

danger-medical = <b>请马上打 120！</b>
    说清：在哪里、谁、怎么了。不要挂电话，听医生指挥。
danger-violence = <b>请马上打 110！</b>
    先到安全的地方，锁好门。不方便说话，可发短信到 12110。
danger-suicide = <b>请先别走，我们在。</b>
    现在就可以打 <b>12356</b>，有人陪您说话，24 小时。
    有人受伤或服了药，马上打 <b>120</b>；人在危险的地方，打 <b>110</b>。
danger-fire-gas = <b>请马上打 119！</b>
    先离开，不要开关电灯、不要点火；走楼梯，不坐电梯。
danger-missing-person = <b>请马上打 110！</b>
    走失不用等 24 小时。说清：长相、衣服、最后在哪里见到。
danger-line-medical = 身体要紧：如果现在不舒服，请先打 120。
danger-line-violence = 如果有人正在伤害您或别人，请马上打 110。
danger-line-suicide = 心里难受，随时可以打 12356，24 小时有人听您说。
danger-line-fire-gas = 如果现在有火、有烟、有煤气味，先离开，打 119。
danger-line-missing-person = 如果人现在还没找到，请马上打 110，不用等 24 小时。

write-privately = 请私下给我发消息，这样别人看不到您的事。点我的头像，再点「发消息」。
joined-worker = { $name }，欢迎！您是<b>{ $area }</b>的社区工作者了。新的诉求会发到这里。
    您的姓名会告诉您负责的居民；您的一切操作都会留痕。
joined-manager = { $name }，欢迎！您是<b>{ $area }</b>的管理者了。请看「总览」。
    您的姓名会告诉相关居民；您的一切操作都会留痕。

command-unknown = 没有这个命令。直接说您的事就行，或者点下面的菜单。
id-number = 身份证号不用发，我们没有记。办事时带上给工作人员看一下就行。
id-number-staff = 身份证号没有记下来。这里不要写身份证号，办事时当面看证件就行。
nothing-readable = 这条消息我看不了。请打字，或者发语音、照片。
only-pictographs = 您好！请用几个字说说您要办什么事，或者点「转人工」。
button-old = 这个按钮已经过时了。请看最新的一条消息，或者点下面的菜单。
cancel = 取消
cancelled = 好的，没有动。
skip = 不用了
back = 返回
never-mind = 都不是，算了
dropped = 好的。
not-recorded = 好的，没有登记。有事随时说。
all-done = 好的，谢谢！有事随时说。

robot = 我是自动应答的首问台。您的事由工作人员来办；想找人，点「转人工」。
you-are-welcome = 不客气！有事随时说。
office = <b>{ $area }</b>
    工作日 { $hours }
    { $address }
    { $phone ->
        [none] 市民热线：12345
       *[other] { $phone }
    }
office-address-unknown = 地址请打电话问
