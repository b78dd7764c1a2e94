# 诉求：事项卡片、选择、登记。

card-service = 您要办的是：<b>{ $name }</b>
card-who = 谁能办：{ $value }
card-materials = 带什么：{ $value }
card-where = 在哪办：{ $value }
card-hours = 时间：{ $value }
card-fee = 费用：{ $value }
card-steps = 怎么办：{ $value }
card-basis = 依据：{ $value }
card-phone = 电话：{ $value }
card-promise = 承诺：现在登记，{ $acknowledge } 前受理，{ $resolve } 前办结
    .elder = 答应您：{ $resolve } 前办好
card-general = 这件事我请工作人员来看，给您登记到<b>综合窗口</b>，由一个人负责到底。
    .elder = 这件事，登记给工作人员，好吗？
card-general-promise = { $head }
    承诺：现在登记，{ $acknowledge } 前受理，{ $resolve } 前办结
    .elder = { $head }
confirm = 确认登记
not-this = 不是这个
say-more = 我再说清楚点
not-recorded-yet = 这一件还没登记。看看下面对不对，点一下才算登记上：
card-old = 这张卡片已经办过或者过时了。要办新的事，请直接说。

which-service = 您要办的是哪一件？
neither-human = 都不是，转人工
not-this-then = 那是哪一件呢？您也可以换个说法再说一遍。
all-services = 看全部事项
say-more-ask = 好的，请再说说：是谁、要办什么？
two-needs = 您说了 { $count } 件事，我们一件一件来。先说第一件：
next-need = 再来看下一件：
need-beside = 这是另外一件事，先办这一件。您前面说的我记着，办完这件接着办。
need-dropped = 好的，前面那件不登记了，办这一件。
same-need = 这是同一件事
which-domain = 您要办哪方面的事？
which-of-domain = <b>{ $domain }</b>，您要办哪一件？

whose = 这句话是说给谁的？
whose-or-new = 这是新的事，还是接着说哪一件？
whose-staff = 这句话发给谁？
whose-waits = 好的。前面那句话还等着您说给谁：
new-need = 这是新的事
my-own-need = 我自己要办的事
talk-to = 说给{ $name }（{ $service }）
