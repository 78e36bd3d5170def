"""Every error that Myograph raises on purpose.

An error says what is wrong and what to do about it, so that the command line
and the server can show both. Subclass `MyographError` here; raise nothing else
for what a user or an author of facts can cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass


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


class InputFileError(MyographError):
    """A file named on the command line cannot be read."""


class OutputFileError(MyographError):
    """A file named on the command line cannot be written."""


class BuildFolderError(MyographError):
    """The built graph cannot be written to its folder."""


class SourceFileError(MyographError):
    """A file that the graph is built from cannot be read, or is not of the kind that one can be."""


class MalformedTurtleError(MyographError):
    """A Turtle file does not parse; the message has file, line and column."""


class UnnamedNodeError(MyographError):
    """A blank node in the facts is no reified fact, so it cannot be given an IRI."""


class DuplicateFactError(MyographError):
    """Two reified facts would get the same IRI."""


class MappingError(MyographError):
    """A line of an SSSOM file cannot be read."""


class OntologyFileError(MyographError):
    """Another's ontology cannot be read, or imports what is not there or itself."""


class OntologyConflictError(MyographError):
    """Another's ontology and our graph cannot both be true."""


class UnknownOntologyError(MyographError):
    """No ontology of that name was added to the graph."""


class PictureError(MyographError):
    """What the graph places in a figure cannot be drawn, or there is no such picture."""


class RuleError(MyographError):
    """A rule file is not of the form that rules have, or its strata do not hold."""


class QuestionError(MyographError):
    """A question's file, or a value given for its parameter, is not right."""


class UnknownNameError(MyographError):
    """No record of the graph has the name that was given."""


class QueryError(MyographError):
    """A SPARQL query does not parse, or asks for what the engine does not have."""


class QueryRefusedError(MyographError):
    """A SPARQL query asks for something that a reader may not do."""


class NotBuiltError(MyographError):
    """There is no built graph, or it is older than its sources."""


class StoreError(MyographError):
    """A store of a graph on disk cannot be read or written, or is not one that we serve."""


class VersionError(MyographError):
    """A version of the sources cannot be built."""


class NotInGraphError(MyographError):
    """The statement to be explained is not in the graph."""


class DocumentError(MyographError):
    """A page of the documentation is not of the form that pages have."""


class MissingPackageError(MyographError):
    """Something needs a package that is not installed."""


class ReadOnlyError(MyographError):
    """A view of the graph was to be changed."""


class ReasonerError(MyographError):
    """The DL reasoner could not be run."""


class UnknownFormatError(MyographError):
    """A serialisation was asked for that we do not write."""


class UnknownGraphError(MyographError):
    """The graph has no named graph of that name."""


class ContextError(MyographError):
    """The JSON-LD context is missing, or two of its terms have one name."""


class AddressInUseError(MyographError):
    """The server's address is taken."""


class AnswerTooLargeError(MyographError):
    """An answer has more rows or triples than one answer may have."""


class NoSuchPageError(MyographError):
    """The server has nothing at an address."""


class NotAcceptableError(MyographError):
    """A client accepts none of the formats that there are."""


class BadRequestError(MyographError):
    """A request is not of the form that its address takes."""


class UnsupportedMediaError(MyographError):
    """The body of a request is of a media type that its address does not take."""


class QueryFailedError(MyographError):
    """A query used up what a query may have, or ended the process that ran it."""


class ServiceRefusedError(QueryRefusedError):
    """A SERVICE asks a host, or at an address, that this endpoint does not ask."""


class ServiceFailedError(MyographError):
    """A host that a SERVICE asks gave no answer that can be used."""


class ServiceTimedOutError(MyographError):
    """A host that a SERVICE asks took too long."""


class QueryTimedOutError(MyographError):
    """A query ran longer than it may."""


class CheckFailedError(MyographError):
    """A check used up what a check may have, or ended the process that ran it."""


class CheckTimedOutError(MyographError):
    """A check ran longer than it may."""


class ClientGoneError(MyographError):
    """The client left before its answer was there."""


class BusyError(MyographError):
    """There is no worker for a query now, or one client has its share of them."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a document.

    Attributes:
        place: where, in words; "" for the document as a whole.
        line: the line, from 1, where it is known.
        message: what is wrong.
        repair: what to do about it, as a sentence.
    """

    place: str
    line: int | None
    message: str
    repair: str

    @property
    def told(self) -> str:
        """The place and what is wrong there."""
        line = f"line {self.line}" if self.line else ""
        where = ", ".join(part for part in (line, self.place) if part)
        return f"{where}: {self.message}" if where else self.message


class WorkoutError(MyographError):
    """A workout cannot be read, or names what the graph does not have.

    Attributes:
        faults: each thing that is wrong, where it can be told apart.
    """

    def __init__(self, message: str, repair: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message, repair)
        self.faults = tuple(faults)


class RemoteStoreError(MyographError):
    """A store that is not ours is not there, or does not answer as it should."""


class StoreAnswerError(RemoteStoreError):
    """A store answered what was not asked, or half of it."""


class StoreTimedOutError(RemoteStoreError):
    """A store took longer than it may."""


class StoreVersionError(RemoteStoreError):
    """A store does not hold the graph that is wanted, or not the whole of it."""
