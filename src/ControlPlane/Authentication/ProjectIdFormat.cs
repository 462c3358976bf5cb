using System.Buffers;

namespace BackupEngine.ControlPlane.Authentication;

/// <summary>What the id of a project may look like in an address: lower-case hexadecimal digits and dashes.</summary>
public static class ProjectIdFormat
{
    /// <summary>The same as a route constraint.</summary>
    public const string RoutePattern = @"^[0-9a-f\-]+$";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789abcdef-");

    /// <summary>Whether it may be a project's id.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(Allowed);
}
