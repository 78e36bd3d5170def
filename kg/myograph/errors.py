"""Every error that Myograph raises on purpose.

An error says what is wrong and what to do about it, so that the command line
and the server can show both. Subclass `MyographError` here; raise nothing else
for what a user or an author of facts can cause.
"""


class MyographError(Exception):
    """The base of all of them: catch this one to catch what is ours.

    Attributes:
        message: what is wrong, naming the record, file or value.
        repair: what to do about it, as a sentence.
    """

    def __init__(self, message: str, repair: str) -> None:
        # Both go to Exception: that is what pickling carries from process to process.
        super().__init__(message, repair)
        self.message = message
        self.repair = repair

    def __str__(self) -> str:
        return f"{self.message} {self.repair}"


class SourcesNotFoundError(MyographError):
    """The folders that the graph is built from are in none of the known places."""
