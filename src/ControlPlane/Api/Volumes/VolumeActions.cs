using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Pipeline;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>The actions on a volume, told apart by the one field of the body.</summary>
internal sealed class VolumeActions(
    VolumeAttachments attachments,
    VolumeConnections connections,
    VolumeExtension extension,
    VolumeAdministration administration)
{
    /// <summary>Does what the body names.</summary>
    /// <exception cref="ApiFaultException">400 for an action that is not known.</exception>
    public async Task<IResult> ActAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        switch (ActionBody.NameOf(body))
        {
            case "os-attach":
                await attachments.AttachAsync(request, id, body, cancellationToken);
                break;
            case "os-detach":
                await attachments.DetachAsync(request, id, body, cancellationToken);
                break;
            case "os-terminate_connection":
                await connections.TerminateAsync(request, id, body, cancellationToken);
                break;
            case "os-extend":
                await extension.ExtendAsync(request, id, body, cancellationToken);
                break;
            case "os-reset_status":
                await administration.ResetStatusAsync(request, id, body, cancellationToken);
                break;
            case "os-force_delete":
                await administration.ForceDeleteAsync(request, id, body, cancellationToken);
                break;
            case "os-set_bootable":
                await administration.SetBootableAsync(request, id, body, cancellationToken);
                return Results.StatusCode(StatusCodes.Status200OK);
            case "os-initialize_connection":
                return new ObjectAnswer<ConnectionInfoView>(
                    "connection_info", await connections.InitializeAsync(request, id, body, cancellationToken),
                    ApiJson.Relaxed.ConnectionInfoView);
            case var unknown:
                throw ActionBody.Unknown(unknown);
        }

        return Results.StatusCode(StatusCodes.Status202Accepted);
    }
}
