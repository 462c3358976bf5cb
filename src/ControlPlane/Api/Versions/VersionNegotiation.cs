using BackupEngine.ControlPlane.Api.Faults;
using Microsoft.Extensions.Primitives;

namespace BackupEngine.ControlPlane.Api.Versions;

/// <summary>Reads the header <c>OpenStack-API-Version</c>.</summary>
internal static class VersionNegotiation
{
    /// <summary>The header of requests and answers.</summary>
    public const string HeaderName = "OpenStack-API-Version";

    private const string Service = "volume";

    /// <summary>The version that the header asks for.</summary>
    /// <exception cref="ApiFaultException">400 where it cannot be understood, 406 where it is not offered.</exception>
    public static Microversion Negotiate(StringValues header)
    {
        if (StringValues.IsNullOrEmpty(header))
            return Microversion.Minimum;
        var text = RequestedOf(header.ToString()) ?? throw Fault.BadRequest(Fault.GenericBadRequest);
        if (text == "latest")
            return Microversion.Maximum;
        if (!Microversion.TryParse(text, out var version))
            throw Fault.BadRequest(
                $"API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.");
        return version.IsOffered ? version : throw NotOffered(version);
    }

    /// <summary>The version after the service's name: <c>compute 2.1, volume 3.43</c> has 3.43.</summary>
    private static string? RequestedOf(string header) => header.Split(',')
        .Select(part => part.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(words => words.Length == 2 && words[0] == Service)?[1];

    private static ApiFaultException NotOffered(Microversion version) => new(
        StatusCodes.Status406NotAcceptable,
        $"Version {version} is not supported by the API. " +
        $"Minimum is {Microversion.Minimum} and maximum is {Microversion.Maximum}.");
}
