"""A light start: aiogram without the validators that nobody asks for; and little looking for garbage afterwards.

`import aiogram` has pydantic build a validator for each of some five hundred types and methods, of which this program
uses a few dozen; it is most of the time until the first reply, and half of the memory. Pydantic builds what is missing
when it is first used, if a module knows the types that it names: this leaves the building to it and tells them.
Left out, everything works the same, only later; nothing but `run` uses it."""

import gc
import re
import sys
from typing import Any, Literal, Optional, Union

_NAME = re.compile(r"[A-Za-z_]\w*")


def load_aiogram() -> None:
    """Import aiogram this way, unless it is there already."""
    if "aiogram" in sys.modules:
        return
    from pydantic import BaseModel

    rebuild = vars(BaseModel)["model_rebuild"]
    setattr(BaseModel, "model_rebuild", classmethod(_later))  # noqa: B010 - mypy minds a plain assignment
    BaseModel.model_config["defer_build"] = True  # aiogram says so of its types, and not of its methods
    try:
        import aiogram.methods
        import aiogram.types
        from aiogram.client.default import Default
    finally:
        setattr(BaseModel, "model_rebuild", rebuild)  # noqa: B010
        del BaseModel.model_config["defer_build"]
    names: dict[str, Any] = {"List": list, "Optional": Optional, "Union": Union, "Literal": Literal, "Default": Default}
    for package in (aiogram.types, aiogram.methods):
        names |= {name: vars(package)[name] for name in package.__all__}
    for made in list(names.values()):
        if isinstance(made, type) and issubclass(made, BaseModel):
            module = vars(sys.modules[made.__module__])
            for annotation in vars(made).get("__annotations__", {}).values():
                for name in _NAME.findall(str(annotation)):
                    if name in names:
                        module.setdefault(name, names[name])


def settle() -> None:
    """Say that what is in memory now stays: Python need not look through it for garbage again and again in the middle
    of an update. What updates leave behind is looked for after thousands of objects, not hundreds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _later(cls: type, /, **_: Any) -> None:
    """In the place of `model_rebuild` while aiogram is imported."""
