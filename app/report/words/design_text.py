"""A study's design written as a commented TOML file."""

import json
from collections.abc import Mapping

from app.domain.design.design import StudyDesign

_TEMPLATE = """\
# A study of real and synthetic chest radiographs. It opens as it stands:
#   python -m app create-study design.toml      makes a draft and prints its short name
#   python -m app open-study SHORT-NAME         draws the cases and freezes everything below
# docs/study-design.md explains every line.

title = {title}

# Shown before anything else; the time of agreement is recorded.
consent = {consent}

# Shown before the first case, with the keys.
instructions = {instructions}

# One line at the top of every reader's page; leave it empty for none.
notice = {notice}

# Decides which cases are drawn and in which order each reader sees them.
seed = {seed}

# A pause is offered after every so many cases; 0 for none.
break_every = {break_every}

# At most so many cases of one arm in a row.
longest_run = {longest_run}

# An arm counts as equivalent to real if the 90 % interval of its AUC lies within 0.5 +- this.
equivalence_margin = {equivalence_margin}

# Side of the pictures that readers are sent, in pixels; the bank must hold renditions of it.
rendition_size = {rendition_size}

[questions]
realism = {realism}          # "1-5", "1-7", "0-100" or "off"
verdict = {verdict}             # real or synthetic?
confidence = {confidence}          # 1 to 5, in the verdict
comment = {comment}             # free text, never required

[replicates]                 # cases shown a second time, for intra-reader agreement
count = {replicates}
minimum_lag = {minimum_lag}             # at least so many positions later

[practice]                   # before the study proper, never counted
count = {practice}
feedback = {feedback}            # tell the truth of each practice case after it is rated

# How many cases of each condition are drawn from each arm of the bank.
"""


def commented_design(design: StudyDesign, labels: Mapping[str, str]) -> str:
    """The design as TOML that `design_from_mapping` reads back to an equal one."""
    head = _TEMPLATE.format(
        title=_text(design.title),
        consent=_text(design.consent),
        instructions=_text(design.instructions),
        notice=_text(design.notice),
        seed=design.seed,
        break_every=design.break_every,
        longest_run=design.longest_run,
        equivalence_margin=design.analysis.margin,
        rendition_size=design.rendition_size,
        realism=_text(realism_word(design)),
        verdict=_flag(design.first_with("verdict") is not None),
        confidence=_flag(design.first_with("confidence") is not None),
        comment=_flag(design.first_with("comment") is not None),
        replicates=design.replicates.count,
        minimum_lag=design.replicates.minimum_lag,
        practice=design.practice.count,
        feedback=_flag(design.practice.feedback),
    )
    arms = [
        f"[[arms]]{_comment(labels.get(plan.arm, ''))}\n"
        f"arm = {_text(plan.arm)}\nnormal = {plan.count('normal')}\n"
        f"abnormal = {plan.count('abnormal')}\n"
        for plan in design.arms
    ]
    return head + "\n".join(arms)


def realism_word(design: StudyDesign) -> str:
    """The realism question as a design of format 1 names it."""
    realism = design.first_with("realism")
    return "off" if realism is None else f"{realism.low}-{realism.high}"


def _text(text: str) -> str:
    # A JSON string is a TOML basic string; paragraphs read better on lines of their own.
    quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    if "\n" not in text:
        return quoted
    return '"""\n' + quoted[1:-1].replace("\\n", "\n") + '"""'


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _comment(text: str) -> str:
    return f"  # {text.splitlines()[0]}" if text else ""
