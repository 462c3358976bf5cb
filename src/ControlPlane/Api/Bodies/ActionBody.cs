using BackupEngine.ControlPlane.Api.Faults;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>A body of an <c>/action</c> route: one field, whose name is the action.</summary>
internal static class ActionBody
{
    /// <summary>The action that a body names.</summary>
    public static string NameOf(BodyValue body) => body.Kind == BodyKind.Object && body.Fields.Count == 1
        ? body.Fields.GetAt(0).Key
        : throw Fault.MalformedBody();

    /// <summary>The refusal of an action that there is not.</summary>
    public static ApiFaultException Unknown(string action) => Fault.BadRequest(
        $"There is no such action: {action}. Verify the request body and Content-Type header and try again.");
}
