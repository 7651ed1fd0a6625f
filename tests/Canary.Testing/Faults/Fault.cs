namespace Canary.Testing.Faults;

/// <summary>What can go wrong between a client and an API server.</summary>
public enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A write is refused with 409 and not carried out.</summary>
    Conflict,

    /// <summary>A write is carried out; its answer is an error 500.</summary>
    LostToError,

    /// <summary>A write is carried out; the connection is reset before its answer.</summary>
    LostToReset,

    /// <summary>A write is carried out; its answer never comes, and the connection stands.</summary>
    LostToSilence,

    /// <summary>A write is carried out long after the client has given it up.</summary>
    Late,

    /// <summary>410: the version is too old. Of a watch that is open, as an event.</summary>
    Gone,

    /// <summary>429 with Retry-After.</summary>
    TooManyRequests,

    /// <summary>500.</summary>
    InternalError,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>401: the token has expired.</summary>
    Unauthorized,

    /// <summary>The answer, or the next event, takes its time.</summary>
    Slow,

    /// <summary>The request gets no answer, and the connection stands.</summary>
    NoAnswer,

    /// <summary>The answer stops half-way, and the connection stands.</summary>
    HalfOpen,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>A list is answered as an earlier one was.</summary>
    StaleList,

    /// <summary>A watch is closed in an orderly way.</summary>
    Closed,

    /// <summary>A watch breaks off in the middle of an event.</summary>
    Torn,

    /// <summary>An event is told twice.</summary>
    Duplicated,

    /// <summary>An event from before is told again.</summary>
    Repeated,

    /// <summary>An event is left out and the watch goes on, which no correct API server does: only another list mends it.</summary>
    Dropped,
}
