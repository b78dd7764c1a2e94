"""The lifecycle as a picture: a Mermaid state diagram made from the table, so that it never says anything else."""

from collections import defaultdict

from knowledge.lifecycle import TABLE, Action, Role, Status

_ENDS = (Status.CLOSED, Status.WITHDRAWN)
_ON_SCREEN = {
    Status.RECORDED: "待受理",
    Status.IN_PROGRESS: "办理中",
    Status.SUPPLEMENT: "补正",
    Status.RESOLVED: "已办结",
    Status.CLOSED: "已结案",
    Status.WITHDRAWN: "已撤回",
}


def mermaid() -> str:
    """Every status, what leads from one to another and by whom, and what may be done while it stays."""
    lines = ["stateDiagram-v2", "    direction TB", f"    [*] --> {Status.RECORDED}: {Action.RECORD}"]
    lines += [f"    {status}: {_ON_SCREEN[status]} {status}" for status in Status]
    for status in Status:
        arrows, stays = _from(status)
        for to, acts in arrows.items():
            said = "<br/>".join(f"{act} ({_named(roles)})" for act, roles in acts.items())
            lines.append(f"    {status} --> {to}: {said}")
        if stays:
            lines.append(f"    note right of {status}")
            lines += [f"        {_named(roles)}: {', '.join(acts)}" for roles, acts in stays.items()]
            lines.append("    end note")
    lines += [f"    {status} --> [*]" for status in _ENDS]
    return "\n".join(lines) + "\n"


def _from(
    status: Status,
) -> tuple[dict[Status, dict[Action, frozenset[Role]]], dict[frozenset[Role], list[Action]]]:
    """What leads to another status, by where and by which act; and what leaves it as it is, by who may do it."""
    arrows: dict[Status, dict[Action, frozenset[Role]]] = defaultdict(dict)
    stays: dict[frozenset[Role], list[Action]] = defaultdict(list)
    for rule in TABLE:
        if status not in rule.source:
            continue
        if rule.to in (None, status):
            stays[rule.roles].append(rule.action)
        elif rule.to is not None:
            arrows[rule.to][rule.action] = arrows[rule.to].get(rule.action, frozenset()) | rule.roles
    return arrows, stays


def _named(roles: frozenset[Role]) -> str:
    return ", ".join(role.replace("_", " ") for role in Role if role in roles)
