"""The service lists: what a resident can ask for, read from one YAML file per domain.

A community adds a domain by adding a file to the folder. Everything a list may say is checked when
it is read, and every problem is reported at once, each with its file and line, so that whoever edits
the lists can put them right without a developer.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Self

import yaml

GENERAL = "general.window"
"""The service that takes everything no list names; nobody is turned away."""

PACKAGED = Path(__file__).parent / "services"
_ORDER = ("elderly_care", "legal_aid", "employment", "mediation")  # other domains follow, "general" is last
_LOCAL = ("address", "phone", "hours", "amount", "contact")
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
_DURATION = re.compile(r"[1-9]\d*(m|h|d|wd)")
_HOTLINE = re.compile(r"[0-9-]{3,13}")
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is 10 times as fast


class Kind(StrEnum):
    """What sort of work a service is; decides the promise where a service states none."""

    CONSULTING = "consulting"
    HELP = "help"
    COMPLAINT = "complaint"
    MEDIATION = "mediation"
    LEGAL_AID = "legal_aid"


class Matter(StrEnum):
    """The three sorts of matters (三事分流): government 大事, community 小事, personal 私事."""

    GOVERNMENT = "government"
    COMMUNITY = "community"
    PERSONAL = "personal"


class CatalogueError(Exception):
    """The service lists cannot be used; the text has one problem a line with file and line."""


@dataclass(frozen=True)
class PromiseSpec:
    """Promised times as written in the list ("30m", "2h", "7d", "5wd"); None is the default of the kind."""

    acknowledge: str | None = None
    contact: str | None = None
    resolve: str | None = None


@dataclass(frozen=True)
class Service:
    """One service (服务事项); optional facts are None or empty where they are local or not known."""

    id: str
    domain: str
    name: str
    name_en: str
    matter: Matter
    kind: Kind
    aliases: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    who: str | None = None
    materials: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    where: str | None = None
    hours: str | None = None
    fee: str | None = None
    promise: PromiseSpec = PromiseSpec()
    statutory_limit: str | None = None
    legal_basis: tuple[str, ...] = ()
    hotline: str | None = None
    facts: tuple[str, ...] = ()
    local: tuple[str, ...] = ()


@dataclass(frozen=True)
class Domain:
    """One domain (领域) with its services in the order of the file."""

    id: str
    name: str
    name_en: str
    services: tuple[Service, ...]


@dataclass(frozen=True)
class Contrast:
    """The question that tells two often confused services apart; `choices` are in the order of `between`."""

    between: tuple[str, str]
    ask: str
    ask_en: str
    choices: tuple[str, str]
    choices_en: tuple[str, str]


@dataclass(frozen=True)
class Catalogue:
    """All service lists of one folder. `fingerprint` changes whenever any file does."""

    domains: tuple[Domain, ...]
    services: Mapping[str, Service]
    contrasts: tuple[Contrast, ...]
    fingerprint: str

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Read every *.yaml of `folder` (None: the packaged lists).

        Raises CatalogueError with all problems found, one a line.
        """
        folder = PACKAGED if folder is None else Path(folder)
        files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
        if not files:
            raise CatalogueError(f"{folder}: expected a folder with at least one .yaml service list")
        reading = _Reading()
        digest = hashlib.sha256()
        for file in files:
            raw = file.read_bytes()
            digest.update(file.name.encode() + b"\0" + raw.replace(b"\r\n", b"\n") + b"\0")
            reading.file(file.name, raw)
        reading.across()
        if reading.problems:
            raise CatalogueError("\n".join(reading.problems))
        domains = sorted(reading.domains, key=lambda d: (_rank(d.id), d.id))
        services = {service.id: service for domain in domains for service in domain.services}
        contrasts = tuple(contrast for contrast, _ in reading.contrasts)
        return cls(tuple(domains), MappingProxyType(services), contrasts, digest.hexdigest())

    def service(self, id: str) -> Service:
        """The service of that id; KeyError when no list has it."""
        return self.services[id]

    def recorded(self, id: str) -> Service:
        """The service that something recorded names. Where no list has it any more, a stand-in under that id which
        is called and handled as the general window: what was recorded is still brought to its end."""
        return self.services.get(id) or replace(self.services[GENERAL], id=id)

    def domain(self, id: str) -> Domain:
        """The domain of that id; KeyError when there is none."""
        for domain in self.domains:
            if domain.id == id:
                return domain
        raise KeyError(id)

    def contrast(self, a: str, b: str) -> Contrast | None:
        """The question written for that pair of services, in either order."""
        for contrast in self.contrasts:
            if set(contrast.between) == {a, b}:
                return contrast
        return None


def _rank(domain: str) -> int:
    if domain in _ORDER:
        return _ORDER.index(domain)
    return len(_ORDER) + (domain == "general")


@dataclass
class _Reading:
    """Collects domains and problems of several files; what is not usable is left out and reported."""

    problems: list[str] = field(default_factory=list)
    domains: list[Domain] = field(default_factory=list)
    contrasts: list[tuple[Contrast, str]] = field(default_factory=list)
    seen_domains: dict[str, str] = field(default_factory=dict)
    seen_services: dict[str, str] = field(default_factory=dict)
    name: str = ""

    def say(self, node: yaml.Node | None, where: str, expected: str) -> None:
        line = node.start_mark.line + 1 if node is not None else 1
        self.problems.append(f"{self.name}:{line}: {where}: {expected}")

    def file(self, name: str, raw: bytes) -> None:
        self.name = name
        try:
            root = yaml.compose(raw.decode("utf-8"), Loader=_LOADER)
        except UnicodeDecodeError:
            self.say(None, "file", "expected UTF-8 text")
            return
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark is not None else 1
            problem = getattr(error, "problem", None) or "cannot be read"
            self.problems.append(f"{name}:{line}: file: expected YAML, {problem}")
            return
        top = self.mapping(root, "file", ("domain", "name", "name_en", "services"), ("contrasts",))
        if top is None:
            return
        id = self.text(top, "domain", "", pattern=_ID, hint="lower-case letters, digits and _")
        if id is not None and id in self.seen_domains:
            self.say(top["domain"], "domain", f"{id} is already the domain of {self.seen_domains[id]}")
        elif id is not None and id != Path(name).stem:
            self.say(top["domain"], "domain", f"expected {Path(name).stem} as the file is called, found {id}")
        elif id is not None:
            self.seen_domains[id] = name
        found = [
            self.service(node, f"services[{n}]", id or "") for n, node in enumerate(self.sequence(top, "services", ""))
        ]
        if "services" in top and not found:
            self.say(top["services"], "services", "expected at least one service")
        services = tuple(service for service in found if service is not None)
        self.domains.append(
            Domain(id or "", self.text(top, "name", "") or "", self.text(top, "name_en", "") or "", services)
        )
        for n, node in enumerate(self.sequence(top, "contrasts", "")):
            self.contrast(node, f"contrasts[{n}]")

    def service(self, node: yaml.Node, where: str, domain: str) -> Service | None:
        required = ("id", "name", "name_en", "matter", "kind", "phrases")
        optional = (
            "aliases", "who", "materials", "steps", "where", "hours", "fee", "promise", "statutory_limit",
            "legal_basis", "hotline", "facts", "local",
        )  # fmt: skip
        keys = self.mapping(node, where, required, optional)
        if keys is None:
            return None
        id = self.text(keys, "id", where, pattern=_ID, hint="domain.name in lower-case letters, digits and _")
        where = id or where
        if id is not None and id in self.seen_services:
            self.say(keys["id"], where, f"this id is already used in {self.seen_services[id]}")
        elif id is not None:
            self.seen_services[id] = f"{self.name}:{keys['id'].start_mark.line + 1}"
        matter = self.text(keys, "matter", where, among=tuple(Matter))
        kind = self.text(keys, "kind", where, among=tuple(Kind))
        promise = PromiseSpec()
        if "promise" in keys:
            stages = self.mapping(keys["promise"], f"{where}.promise", (), ("acknowledge", "contact", "resolve"))
            promise = PromiseSpec(**{s: self.duration(stages, s, f"{where}.promise") for s in stages or ()})
        phrases = self.texts(keys, "phrases", where)
        if "phrases" in keys and not phrases:
            self.say(keys["phrases"], f"{where}.phrases", "expected at least one phrase in residents' words")
        local = self.texts(keys, "local", where)
        for fact in local:
            if fact not in _LOCAL:
                self.say(keys["local"], f"{where}.local", f"expected some of {', '.join(_LOCAL)}, found {fact}")
        name, name_en = self.text(keys, "name", where), self.text(keys, "name_en", where)
        if id is None or name is None or name_en is None or matter is None or kind is None:
            return None
        return Service(
            id=id,
            domain=domain,
            name=name,
            name_en=name_en,
            matter=Matter(matter),
            kind=Kind(kind),
            aliases=self.texts(keys, "aliases", where),
            phrases=phrases,
            who=self.text(keys, "who", where),
            materials=self.texts(keys, "materials", where),
            steps=self.texts(keys, "steps", where),
            where=self.text(keys, "where", where),
            hours=self.text(keys, "hours", where),
            fee=self.text(keys, "fee", where),
            promise=promise,
            statutory_limit=self.duration(keys, "statutory_limit", where),
            legal_basis=self.texts(keys, "legal_basis", where),
            hotline=self.text(keys, "hotline", where, pattern=_HOTLINE, hint="digits and hyphens"),
            facts=self.texts(keys, "facts", where),
            local=local,
        )

    def contrast(self, node: yaml.Node, where: str) -> None:
        keys = self.mapping(node, where, ("between", "ask", "ask_en", "choices", "choices_en"), ())
        if keys is None:
            return
        pairs: list[tuple[str, str]] = []
        for key in ("between", "choices", "choices_en"):
            values = self.texts(keys, key, where)
            if len(values) == 2:
                pairs.append((values[0], values[1]))
            elif key in keys:
                self.say(keys[key], f"{where}.{key}", f"expected exactly two, found {len(values)}")
        ask, ask_en = self.text(keys, "ask", where), self.text(keys, "ask_en", where)
        if len(pairs) == 3 and ask and ask_en:
            place = f"{self.name}:{keys['between'].start_mark.line + 1}: {where}.between"
            self.contrasts.append((Contrast(pairs[0], ask, ask_en, pairs[1], pairs[2]), place))

    def across(self) -> None:
        """What only all files together can show."""
        seen: set[frozenset[str]] = set()
        for contrast, place in self.contrasts:
            for id in contrast.between:
                if id not in self.seen_services:
                    self.problems.append(f"{place}: expected ids of the service lists, found {id}")
            pair = frozenset(contrast.between)
            if pair in seen or len(pair) < 2:
                self.problems.append(f"{place}: expected two different services, each pair once")
            seen.add(pair)
        if GENERAL not in self.seen_services and not self.problems:
            self.problems.append(f"general.yaml:1: services: expected {GENERAL}, the window that takes the rest")

    def mapping(
        self, node: yaml.Node | None, where: str, required: tuple[str, ...], optional: tuple[str, ...]
    ) -> dict[str, yaml.Node] | None:
        if not isinstance(node, yaml.MappingNode):
            self.say(node, where, f"expected keys and values ({', '.join(required or optional)})")
            return None
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in required and name not in optional:
                self.say(key, f"{where}.{name}", f"expected one of {', '.join(required + optional)}")
            elif name in found:
                self.say(key, f"{where}.{name}", "expected once, found twice")
            else:
                found[name] = value
        for name in required:
            if name not in found:
                self.say(node, f"{where}.{name}", "expected a value, found none")
        return found

    def sequence(self, keys: Mapping[str, yaml.Node], key: str, where: str) -> list[yaml.Node]:
        node = keys.get(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.say(node, f"{where}.{key}".lstrip("."), "expected a list")
            return []
        return list(node.value)

    def texts(self, keys: Mapping[str, yaml.Node], key: str, where: str) -> tuple[str, ...]:
        values = [self.scalar(node, f"{where}.{key}[{n}]") for n, node in enumerate(self.sequence(keys, key, where))]
        return tuple(value for value in values if value is not None)

    def text(
        self,
        keys: Mapping[str, yaml.Node],
        key: str,
        where: str,
        *,
        among: tuple[str, ...] = (),
        pattern: re.Pattern[str] | None = None,
        hint: str = "",
    ) -> str | None:
        node = keys.get(key)
        if node is None:
            return None
        where = f"{where}.{key}".lstrip(".")
        value = self.scalar(node, where)
        if value is None:
            return None
        if among and value not in among:
            self.say(node, where, f"expected one of {', '.join(among)}, found {value}")
            return None
        if pattern is not None and not pattern.fullmatch(value):
            self.say(node, where, f"expected {hint}, found {value}")
            return None
        return value

    def duration(self, keys: Mapping[str, yaml.Node] | None, key: str, where: str) -> str | None:
        return self.text(keys or {}, key, where, pattern=_DURATION, hint="a duration like 30m, 2h, 7d or 5wd")

    def scalar(self, node: yaml.Node, where: str) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str" and node.value.strip():
            return str(node.value).strip()
        found = "nothing" if getattr(node, "value", "") == "" else "something else (put it in quotes?)"
        self.say(node, where, f"expected text, found {found}")
        return None
