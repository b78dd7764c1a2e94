# 一次性告知、补正、延期：一次说全，缺什么请居民补，要多少时间先说。

act-notify = 一次性告知
act-ask-supplement = 补正
act-supplemented = 材料已收到
papers-there = 材料齐了，接着办
act-complete = 材料已补齐
act-ask-extension = 申请延期
act-grant-extension = 同意延期
act-refuse-extension = 不同意
provisional = { $when }（暂定）
words-please = 请用文字写。
urged-waiting = 已经催了{ $name }。现在在等您补齐材料，补齐了就点「材料已补齐」。

told-materials = 带什么：
told-steps = 怎么办：
told-preview = <b>一次性告知</b>，{ $name }会收到：

    { $content }
told-preview-aloud = <b>一次性告知</b>：{ $name }在聊天里收不到，请念给本人听，再点怎么说的：

    { $content }
told-send = 发给居民
told-at-counter = 已当面告知
told-by-phone = 已电话告知
told-add-words = 加几句话
told-words-ask = 请写要加的话，会放在告知的最后：
told-needs-words = 事项清单里没有这件事的材料和步骤。请写要告知的内容：条件、材料、步骤、地点、时间，一次说全。
told-sent = 一次性告知发给{ $name }了。送到没有，看诉求卡片。
told-written-down = 记下了：一次性告知已经说给{ $name }听。
told-none = 一次性告知：还没有
told-line = 一次性告知：{ $state }
told-not-yet = { $when } 发出，还没送到
told-arrived = { $when } 已送达
told-said = { $when } 已当面或电话告知
told-partly = 居民只看过事项卡片，还没有完整告知
event-told = （看过事项卡片，即一次性告知）
event-reckon = 按公布的放假安排核对了答应的时间

supplement-ask = { $name }还缺什么？点缺的材料，或者直接写。
    { $effect }
supplement-list = 请{ $name }补：
    <blockquote>{ $what }</blockquote>
    { $effect }
    好了点「发给居民」；还缺别的，接着点或接着写。
supplement-effect-pauses = 发出后时限暂停，最多 10 个工作日；补齐就接着算。
supplement-effect-told = 还没有完整的一次性告知，<b>时限不会暂停</b>。可以先告知，再补正。
supplement-effect-again = 已经补正过一次，<b>这次时限不停</b>，会计数。
supplement-effect-late = 答应的时间已经过了，<b>时限不停</b>。
supplement-sent-pauses = 已请{ $name }补材料，时限从现在起暂停，最晚 { $until } 接着算。
supplement-sent = 已请{ $name }补材料。<b>时限不停</b>：还是 { $when } 前办结。
supplement-thanks = 好的，告诉{ $name }了，接着办：{ $when } 前办结。
supplement-received-staff = 记下了，时限接着算：{ $when } 前办结。
supplement-goes-on = 这件已经在接着办了：{ $when } 前办结。还有材料，直接发给{ $name }就行。
waiting-staff = 等居民补（{ $until } 前），时限暂停：{ $what }
waiting-resident = 请您补（{ $until } 前），时限暂停：{ $what }
asked-again = 时限不停的补材料：{ $count } 次

extension-ask = 现在答应的是 { $when } 前办结。要延多久？只能延一次，由管理者决定。
extension-ask-kept = 原因记下了。要延多久？点一个，或者打几天。
extension-ask-offered = 只能延这几种。要延多久？点一个。
extension-days = { $days } 个工作日（到 { $when }）
extension-why = 延到 { $when }。为什么？请写原因，管理者和{ $name }都会看到。
extension-sent = 延期申请交给管理者了（{ $number }），申请延到 { $until }。决定之前，还是 { $when } 前办结。
extension-granted-you = 已同意延期：{ $when } 前办结。居民和承办人都会知道。
extension-refuse-why = 不同意{ $name }的延期申请。请写原因，承办人会看到。
extension-refused-you = 没有同意延期（{ $number }），承办人会知道。
extension-waits = 延期：申请延到 { $until }，等管理者决定
extension-granted = 延期：已同意，延到 { $until }
extension-refused = 延期：没有同意延到 { $until }
extension-over = 延期：申请延到 { $until }，到期没有决定，不延

notice-told = <b>一次性告知</b>：{ $service }（{ $tail }）

    { $content }

    这条请留着，照着准备。有不清楚的，问{ $handler }。
    .elder = <b>{ $service }</b>，请照着准备：

    { $content }

    这条请留着。
notice-supplement = <b>{ $handler }请您补材料</b>（{ $service } { $tail }）：
    { $what }
    请在 { $until } 前补，照片、文字直接发在这里。等您的时候，时限暂停。
    .elder = <b>还缺</b>：
    { $what }
    { $until } 前补。拍照片发在这里就行。
no-id-photo = （身份证带来看一下就行，不要拍照发）
notice-supplement-on = <b>{ $handler }请您再补材料</b>（{ $service } { $tail }）：
    { $what }
    照片、文字直接发在这里。答应您的时间不变：{ $resolve } 前办结。
    .elder = <b>还缺</b>：
    { $what }
    拍照片发在这里就行。
notice-supplement-reminder = 您的「{ $service }」（{ $tail }）还在等这些：
    { $what }
    请在 { $until } 前补。有难处，告诉{ $handler }。
    .elder = 还在等您补：
    { $what }
    { $until } 前补。有难处，告诉{ $handler }。
notice-supplement-reminder-on = 您的「{ $service }」（{ $tail }）还在等这些：
    { $what }
notice-supplement-received = 您的「{ $service }」（{ $tail }）材料收到了，接着办：{ $resolve } 前办结。
notice-supplement-over = 您的「{ $service }」（{ $tail }）补材料的时间到了，先接着办：{ $resolve } 前办结。
    材料还可以补，直接发在这里。
notice-extended = 您的「{ $service }」（{ $tail }）<b>延期</b>了，改为 { $resolve } 前办结。{ $why }
    对不住，让您久等。
    .elder = 您的「{ $service }」要晚一点：{ $resolve } 前办好。{ $why }
notice-reckoned = 国家公布了放假安排，您的「{ $service }」（{ $tail }）定为 { $resolve } 前办结（原来说的是 { $before }）。
    .elder = 您的「{ $service }」改为 { $resolve } 前办好。
notice-supplemented = { $tail } { $service }：{ $who }说材料齐了。时限接着算：{ $resolve } 前办结。
notice-supplement-lapsed = { $tail } { $service }：{ $resident }没有按时补齐材料。<b>时限接着算</b>：{ $resolve } 前办结。
    请联系{ $resident }，看看有什么难处。
notice-extension-asked = <b>{ $asker }申请延期</b>：{ $tail } { $service }（{ $resident }）
    现在答应 { $resolve } 前办结，想延 { $days } 个工作日，到 { $until }。{ $why }
    同意吗？到期没有决定，就不延。
notice-extension-granted = { $tail } { $service }：{ $manager }<b>同意延期</b>，{ $resolve } 前办结。{ $resident }会知道。
notice-extension-refused = { $tail } { $service }：{ $manager }<b>不同意延期</b>，还是 { $resolve } 前办结。{ $why }
notice-reckoned-staff = 国家公布了放假安排。{ $tail } { $service }（{ $resident }）改为 { $resolve } 前办结。
notice-pause-digest = <b>{ $lapsed } 件没有按时补齐材料，时限接着算；{ $reckoned } 件按公布的放假安排改了时间</b>。点一件打开：
news-one-time-notice = 有一次性告知
news-supplement = 要补材料，请看诉求
news-supplement-reminder = 还在等材料，快到时间了
news-supplement-received = 材料收到了，接着办
news-supplement-over = 补材料的时间到了，先接着办
news-extended = 延期了，请说新的时间和原因
news-reckoned = 答应的时间按放假安排改了

error-notice-empty = 请写要告知的内容，一次说全。
error-notice-no-chat = 居民在聊天里收不到，请当面或者打电话告知。
error-supplement-empty = 请写缺什么材料。
error-extension-asked = 延期只能申请一次，这件已经申请过了。
error-extension-late = 答应的时间已经过了，不能再延期。请尽快办，并告诉居民。
error-extension-nobody = 没有别的管理者可以决定：自己不能批自己的延期。请按时办结，或者先转办。
error-extension-no-room = 这件不能延期：再延就超过法定时限了。
error-extension-days = 不能延这么久。请重新点「申请延期」。
error-extension-none = 这件没有延期申请。
error-extension-decided = 已经有管理者决定过了。
error-extension-own = 自己的延期申请，要由别的管理者决定。
error-extension-over = 答应的时间已经过了，这个申请作废了。
