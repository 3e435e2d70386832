"""Why a repair is not planned or not written, in words, with what to do instead."""

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


class Refused(Exception):
    """The console will not do it. `remedy` says who can do what instead."""

    def __init__(self, sentence: str, remedy: str = "") -> None:
        # What the account calls its fields stands in some sentences, and not all of that can be shown or stored.
        sentence = sentence.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy
