using BackupEngine.ControlPlane.Api.Faults;
using Microsoft.Extensions.Primitives;

namespace BackupEngine.ControlPlane.Api.Versions;

/// <summary>
/// What came of the negotiation. A refusal waits until the caller is known: who has no token is told that first.
/// </summary>
/// <param name="Version">The version to answer with; the lowest where the request is refused.</param>
/// <param name="Refusal">Why the request is refused; null where it is not.</param>
internal sealed record RequestedVersion(Microversion Version, ApiFaultException? Refusal)
{
    /// <summary>Negotiates.</summary>
    public static RequestedVersion Of(StringValues header)
    {
        try
        {
            return new RequestedVersion(VersionNegotiation.Negotiate(header), Refusal: null);
        }
        catch (ApiFaultException refusal)
        {
            return new RequestedVersion(Microversion.Minimum, refusal);
        }
    }
}
