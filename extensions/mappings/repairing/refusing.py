"""Why a repair is not planned or not written, in words, with what to do instead."""

from oneflow.errors import InvalidToken, NotPermitted, OneflowError, Rejected

# What disabling and enabling costs is said before it is advised.
ENABLE_ANEW = (
    "It comes back only when the customer disables the extension and enables it again, which costs the token: the old "
    "one ends and nothing works until the new one is linked. Agree on a time first, or ask Oneflow."
)
ONLY_ONEFLOW = (
    "Nobody but Oneflow can change what the extension owns. Ask Oneflow, or have the extension disabled and enabled "
    "again, which costs the token."
)
ONLY_THE_CUSTOMER = "It is the customer's own: ask the customer to change it in Oneflow."

LOOK_INTO_IT = "Compare the account with what was approved, and plan a repair for what is wrong."
PLAN_AGAIN = "Plan the repair again: it then starts from what the account has now."


class Refused(Exception):
    """The console will not do it. `remedy` says who can do what instead."""

    def __init__(self, sentence: str, remedy: str = "") -> None:
        # What the account calls its fields stands in some sentences, and not all of that can be shown or stored.
        sentence = sentence.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy

    @property
    def in_full(self) -> str:
        """The sentence, and what to do."""
        return f"{self.sentence} {self.remedy}".strip()


def refusal_of(error: OneflowError) -> Refused:
    """What it means that Oneflow did not answer, or not as hoped, and what to do about it."""
    problems = error.problems_in_words if isinstance(error, Rejected) else ""
    told = problems or error.detail
    sentence = f"{str(error).rstrip('.')}.{f' {told}' if told else ''}"
    if isinstance(error, InvalidToken):
        remedy = "The token, or the user, is refused: look at the installation, and relink it if need be."
    elif isinstance(error, NotPermitted):
        remedy = "Oneflow lets only administrators write this: see that the acting user is one, and plan again."
    elif isinstance(error, Rejected):
        remedy = f"{PLAN_AGAIN} If that is refused too, ask Oneflow, with the request id of the answer."
    else:
        remedy = "Wait until Oneflow answers."
    return Refused(sentence, remedy)
