"""What residents say to the desk itself, beside their needs: greetings, asking for progress, ratings in words.

Rules, not a model: these are short, few, and must work the same in every language of the desk.
"""

import re
import unicodedata
from enum import StrEnum


class Intent(StrEnum):
    """What the desk is asked to do. OFFICE is the hours and place of the office, HELP is "what can you do"."""

    GREETING = "greeting"
    THANKS = "thanks"
    MY_REQUESTS = "my_requests"
    PROGRESS = "progress"
    URGE = "urge"
    WITHDRAW = "withdraw"
    HUMAN = "human"
    RATING = "rating"
    NOT_SOLVED = "not_solved"
    OFFICE = "office"
    HELP = "help"
    CANCEL = "cancel"


_SOFT = r"(?:[吧嘛吗呢啊呀哈哦哟了噻咯嘞哇么喽的哒]|谢谢|麻烦|一下|一哈|哈儿)*"
_POLITE = r"(?:请|麻烦|帮我|给我|我要|我想|想|要|我|你们?|您|那|那就|还是|可以|能不能|可不可以|能)*"
_OPEN = r"^(?:[喂嗯诶欸哎]|请问|那个|麻烦|我想问|问一?[下哈])*"

# The request meant: one that was handed in before, however it is called
_IT = r"(?:我?(?:上次|上回|上周|前[几两]?天|昨天|之前|以前|报|提|说|交|申请|反映|登记)?(?:说|报|提|交|登记|反映|申请)?的?)"
_MINE = r"(?:我的?|我们的?|我家的?|我妈的?|我爸的?)"
_CASE = r"(?:诉求|工单|单子|登记|申请|反映的?(?:事|问题|情况)?|报的?(?:事|修)?|投诉|号码|编号|那个事|那件事|那事|事情|问题|材料)"

_RULES: tuple[tuple[Intent, str], ...] = (
    (
        Intent.GREETING,
        rf"^(?:你们?好|您好|大家好|早上?好|上午好|中午好|下午好|晚上好|早安|嗨|哈[啰喽罗]|喂+|在(?:吗|不在?|么|没得|嘛)|"
        rf"有人(?:吗|在?吗|没得|没有|不|嘛)|hi|hello|hey|good (?:morning|afternoon|evening)|你好你好){_SOFT}"
        rf"(?:首问|机器人|社区|工作人员|小姐|师傅|同志|老师|在吗|有人吗|hi|hello|你好|您好)*{_SOFT}$",
    ),
    (
        Intent.THANKS,
        rf"^(?:好的?|嗯+|行|可以|晓得了|知道了|明白了?|ok|要得|那就?)*(?:太?(?:谢谢|感谢|多谢|谢了|谢过|辛苦|麻烦)"
        rf"(?:你们?|您们?|了|大家|哈|啦|啊|哟|社区|帮忙|师傅|同志|工作人员)*|thanks?(?: you)?(?: (?:so|very) much| a lot)?|thx)"
        rf"(?:谢谢|感谢|辛苦|麻烦|你们?|您|了|哈|啦|啊|哟|的|再见|拜拜|好人|一生平安)*$",
    ),
    (
        Intent.MY_REQUESTS,
        rf"^{_POLITE}(?:看看?|查看?|查一?[下哈]|看一?[下哈]|查询|瞧瞧|打开)?{_SOFT}我(?:所有|全部)?的?"
        rf"(?:全部|所有)?(?:诉求|工单|登记|单子|申请记录|办事记录|记录)(?:列表|有哪些|在哪里?看?|都有啥子?|有几个)?{_SOFT}$"
        r"|我(?:都|一共|总共)?(?:提|报|登记|交)(?:过|了)(?:些?什么|些?啥子?|哪些|几个|好多)"
        r"|^(?:show |see |view |list )?my (?:requests?|cases?)$",
    ),
    (
        Intent.PROGRESS,
        r"进度|进展|(?:办|处理|弄|搞|解决|审批?|批)(?:得|的)?(?:怎么样|咋个?样|啷个样|如何|到哪|到啥子?|到什么|到哪一?步)"
        r"|(?:办|弄|搞|整|批|审)(?:好|完|下来|出来)(?:了)?(?:没有|没得|没|吗|不|么)"
        rf"|(?:申请|诉求|单子|工单|登记|反映的?|报的?|材料|事情?).{{0,6}}(?:有)?(?:消息|结果|回音|下文|答复|动静|音信)(?:了)?(?:没有|没得|没|吗|不|么)"
        rf"|(?:有|得)(?:结果|消息|回音|下文|动静|答复)(?:了)?(?:没有|没得|没|吗|不|么)|啥时候有(?:结果|答复|消息)"
        rf"|(?:上次|上回|上周|前[几两]?天|昨天|之前|那天).{{0,14}}(?:怎么样|咋个?样|啷个样|啥情况|什么情况|到哪一?步|结果呢?|下文)(?:了|啦|呢|哦)*$"
        r"|到哪一?(?:步|个环节|里)了|what is the (?:progress|status)|(?:progress|status) of my|how is my request",
    ),
    (
        Intent.URGE,
        r"催(?:一?[下哈]|办|促|一?催|到?起)|(?:搞|麻|动作?|手脚)?快点|(?:能不能|可不可以|可以|麻烦|请|咋|怎么|太)(?:这么|恁个|恁么)?"
        r"(?:搞|办|处理|弄)?(?:快|慢)(?:一?点|些|了|的|点儿|哦|嘛)|搞快(?:点|些)?|抓紧(?:点|时间|办|处理|给)"
        r"|(?:还|都|到现在|这么久|恁个久|好久|几天|一个?(?:星期|周|月)).{0,8}(?:没人|没得人|没有人|不见人|没得人?)(?:来|联系|管|理|处理|回|打电话)"
        r"|(?:等了|都|好).{0,6}(?:天|久|个星期|周|个月).{0,8}(?:没(?:有|得)?(?:动静|消息|回音|结果|人))"
        r"|hurry|any update|still waiting",
    ),
    (
        Intent.WITHDRAW,
        rf"撤(?:回|销|单|掉|了)|(?:取消|不要|不用|不想|不)(?:了)?(?:办|申请|登记|报|投诉|这个|那个)?{_CASE}(?:了|嘛|吧)?$"
        rf"|(?:申请|诉求|登记|报修|投诉|单子|工单|事情?).{{0,6}}(?:不用|不要|不|别)(?:办|弄|处理|管|来|搞|整)了"
        r"|^(?:已经|都)?(?:不用|不|不要|别|莫)(?:你们|麻烦你们)?(?:办|弄|处理|管|来|搞|整)了.{0,8}$|(?:我)?不(?:想)?(?:申请|投诉|办|报|反映)了"
        r"|withdraw|cancel my request",
    ),
    (
        Intent.HUMAN,
        r"转(?:接)?(?:到)?人工|人工(?:服务|客服|坐席|座席|台|接|呢)?(?:吗|嘛|呢|啊)?$|找(?:个|一个|一?位|你们)?(?:真?人(?!调)|活人|工作人员|值班|社工|网格员|客服|管事的?)"
        r"(?:说|讲|谈|问|聊|来|接|摆|跟我|和我|处理|帮)?|(?:跟|和|同|与)(?:个|你们的?)?(?:真人|活人|工作人员|人工|网格员)(?:说|讲|谈|聊|通话|摆|联系|沟通|对话)"
        r"|(?:有|叫|喊|让|换)(?:没有|没得|个|一?个|你们)*(?:真人|活人|人工|工作人员|值班人?员?)(?:来|接|跟|和|吗|不|在|没|嘛|给我|打)"
        r"|(?:不|莫|别)(?:要|想|跟|和)?.{0,3}(?:跟|和)?机器人?(?:说|讲|聊|了)|(?:听|说|讲)不(?:懂|明白|清楚).{0,6}(?:喊|叫|找|换)(?:个)?人"
        r"|(?:打|回)(?:个)?电话给我|给我(?:打|回)(?:个)?电话|^(?:a )?(?:human|person|agent|operator)(?: please)?$"
        r"|(?:talk|speak) to (?:a |some)?(?:human|person|one|body|somebody|someone|worker|staff)",
    ),
    (
        Intent.NOT_SOLVED,
        r"(?:还|根本|都|完全|一直|并|又|仍然|到现在)?(?:没有?|没得|未)(?:给我)?(?:解决|弄好|搞好|修好|整好|办好|落实|搞定|处理好|处理完)(?:好|掉|问题)?"
        r"(?!的|过|.{0,4}(?:吗|么|没|怎么|啷个|咋))|(?:问题|事情)(?:还|依然|仍|依旧|都还)(?:在|存在|是老样子)|^(?:还是|又)(?:老样子|不行|没用|不得行|那样)"
        r"|不算(?:解决|办结)|(?:not|isn't|wasn't) (?:yet )?(?:solved|resolved|fixed)|no change",
    ),
    (
        Intent.OFFICE,
        r"(?:几点|好久|什么时候|啥时候|多久|哪个时候|啥子时候)(?:钟|就|才|来|可以)*(?:上班|开门|下班|关门|有人(?:上班|在)?)"
        r"|(?:社区|居委会|村委会|便民(?:服务)?中心|办事处|街道|服务中心|大厅|综合窗口|你们那?(?:里|儿|边)?|你们)"
        r"(?:的)?(?:办公|上班|工作|开门|办事|营业|服务)?(?:室|大厅|点|窗口)?(?:在哪|在啥子地方|在什么地方|地址|啷个走|怎么走|咋个走|咋走|上班时间|办公时间|工作时间|营业时间"
        r"|电话(?:是|号)?(?:多少|好多|码)?(?:吗|呢)?$|联系电话|周[六末日天].{0,4}(?:上班|开门|办公|有人)|星期[六天日].{0,4}(?:上班|开门|办公|有人)|中午.{0,5}(?:上班|休息|有人))"
        r"|(?:周[六末日天]|星期[六天日]|中午|今天|明天|节假日|国庆|过年).{0,4}(?:你们|社区|居委会|村委会|便民中心|办事处|大厅|窗口)?(?:上不上班|上班(?:吗|不|没|么|嘛)|开不开门|开门(?:吗|不|没|么|嘛))"
        r"|(?:上班|办公|工作|营业|开门)时间(?:是|呢|多少|几点|$)|(?:opening|office) hours|where is (?:the|your) office|when (?:are you|do you) open",
    ),
    (
        Intent.HELP,
        r"^(?:你|您|你们|这个?|这里|这儿|机器人|首问)?(?:都|到底|究竟)?(?:能|可以|会|是|有)(?:帮我|给我|办|做|干|帮忙)*(?:些|做|干|办|整)*"
        r"(?:些)?(?:什么|啥子?|哪些(?:事|业务|服务)?|爪子|么子)(?:的|事情?|用|嘛|呢|啊|功能|业务|服务|问题|忙|东西|作用)*$"
        r"|(?:怎么|如何|啷个|咋个?)(?:使?用|操作|搞|弄|整|耍)(?:这个?|你|机器人|首问)?(?:嘛|呢|啊|哦)?$|^(?:这个?|你)(?:怎么|啷个|咋个?)(?:使?用|操作|整|弄)"
        r"|(?:有|能办|可以办)(?:哪些|什么|啥子?)(?:服务|业务|事项|功能)|^(?:帮助|使用说明|说明书?|功能|菜单|help|/help|\?|？)$|what can (?:you|i) do|how (?:does|do) (?:this|i use)",
    ),
    (
        Intent.CANCEL,
        rf"^(?:算了|算哒|取消|不(?:用|要|办|弄|搞|说|问|填|登记|需要)了|没事了?|没得事了?|不是这个|退出|停止|停|返回|重新(?:来|说|开始)|我不(?:办|要|弄|想|登记)了|"
        rf"莫(?:登记|办|弄)|先?不(?:登记|办|弄)了?|下次再说|以后再说|cancel|stop|never ?mind|forget it|quit|exit|back){_SOFT}(?:算了|不用了|下次再说|以后再说)?{_SOFT}$",
    ),
)
_COMPILED = tuple((intent, re.compile(rule)) for intent, rule in _RULES)

# Ratings, worst first where words of one contain the other's; a sentence of need is never a rating
_RATINGS: tuple[tuple[int, str], ...] = (
    (1, r"非常不满意?|很不满意|极(?:其|度)?不满意?|太不满意|特别不满意?|十分不满意?|一点都?不满意|(?:太|实在|简直|真是?|好)(?:差|孬|烂|撇|糟糕|垃圾)"
        r"|差(?:得|到)(?:很|要命|家|死|极)|差评|最差|极差|很差(?!不)|糟透|烂透|垃圾|very (?:dis|un)satisfied|terrible|awful|一星|1星|1分"),
    (2, r"不(?:太|大|怎么|咋个?|是很|甚|够)?满意|不(?:太|大|怎么|咋个?|是很)?(?:好|得行|行|安逸|巴适|舒服|咋样|怎么样)|没(?:有|得)?(?:解决|处理|弄)?好|(?:有点|比较|还是|服务|态度)差|差劲|失望|不得行|撇得很"
        r"|(?:dis|un)satisfied|not satisfied|not good|bad|poor|二星|两星|2星|2分"),
    (3, r"基本(?:上)?满意|基本(?:可以|还行|过得去)|一般(?:般|化)?|还(?:行|可以|将就|凑合|过得去|得行|阔以)|马马虎虎|凑合|将就|过得去|勉强|中等|普普通通|差不多|还算(?:可以|行|过得去|满意)|就那样"
        r"|fair|okay|so-?so|average|三星|3星|3分"),
    (5, r"非常(?:的)?(?:满意|好|棒|不错|感谢)|十分满意|特别(?:满意|好|棒|巴适)|相当(?:满意|好|巴适|安逸|不错)|(?:太|超级?)(?:满意|好|棒|巴适|安逸|给力)|很满意|最满意|满意得很|满意惨|(?:好|巴适|安逸|满意)得(?:很|板|不得了|遭不住)|(?:巴适|安逸)(?:惨|完)?|"
        r"完美|点赞|优秀|五星|一百分|100分|满分|超级?赞|没得说|没话说|very satisfied|excellent|great|perfect|5星|5分"),
    (4, r"(?<!不)满意|(?:挺|蛮|很|多|还|真|比较|都|服务|态度)?(?:好|不错|可以|得行|要得|阔以|行)(?!好)|satisfied|good|nice|四星|4星|4分"),
)  # fmt: skip
_RATED = tuple((level, re.compile(rule)) for level, rule in _RATINGS)
_FILLER = re.compile(
    r"我|们|你|您|他|她|的|了|很|都|也|就|是|觉得|感觉|总体|整体|总的|来说|来讲|对|这次|这回|次|回|这个?|那个?|服务|办理?|处理|办事|结果|态度|速度|效率|工作人员|社区|师傅|同志|人员|工作|解决|评价|打|给|选|"
    r"吧|嘛|吗|呢|啊|呀|哈|哦|哟|噻|嘞|咯|还|挺|蛮|多|真|比较|嗯|唉|哎|谢谢|感谢|辛苦|反正|确实|硬是|简直|实在|没得?|说|事情?|问题|又|快|慢|有点|太|好|行|不|得|i am|i'm|it was|with|the|service|thank you|thanks|[\s\W]"
)


def find(text: str) -> tuple[Intent, ...]:
    """The intents the text shows, in the order of Intent; empty for a need and nothing else."""
    plain = _plain(text)
    found = {intent for intent, rule in _COMPILED if rule.search(plain)}
    if len(plain) > 40:  # a long story says thanks or names a form on the way; only what it asks of the desk counts
        found &= {Intent.PROGRESS, Intent.URGE, Intent.HUMAN, Intent.WITHDRAW}
    if rating(text) is not None:
        found.add(Intent.RATING)
    return tuple(intent for intent in Intent if intent in found)


def rating(text: str) -> int | None:
    """The level said in words, 5 非常满意 to 1 非常不满意; None when the text is not a rating."""
    plain = _plain(text)
    if not plain or len(plain) > 40:
        return None
    spans = [
        (match.start(), match.end(), level) for level, rule in _RATED for match in rule.finditer(plain)
    ]
    if not spans:
        return None
    rest = plain
    for start, end, _ in sorted(spans, reverse=True):
        rest = rest[:start] + " " * (end - start) + rest[end:]
    if len(_FILLER.sub("", rest)) > 4:  # more is said than a judgement
        return None
    # the longest saying wins over one inside it (不满意 over 满意); of several the worst is believed
    whole = [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] and (o[1] - o[0]) > (s[1] - s[0]) for o in spans)]
    return min(level for _, _, level in whole)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).lower().strip()
    if text.isascii():
        return re.sub(r"[\s.!,?]+", " ", text).strip() or text
    return re.sub(r"[\s,，。.!！~、;；:：…]+", "", text).rstrip("?？")
