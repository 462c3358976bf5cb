using Grpc.Core;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>Requests that are refused, by status code; the codes of each call are listed in data_plane.proto.</summary>
internal static class Refusal
{
    /// <summary>The request cannot be right, whatever the state of the data plane.</summary>
    public static RpcException InvalidArgument(string message) => New(StatusCode.InvalidArgument, message);

    /// <summary>What it names is not there.</summary>
    public static RpcException NotFound(string message) => New(StatusCode.NotFound, message);

    /// <summary>The id is taken by something else.</summary>
    public static RpcException AlreadyExists(string message) => New(StatusCode.AlreadyExists, message);

    /// <summary>Right in itself, but not now.</summary>
    public static RpcException FailedPrecondition(string message) => New(StatusCode.FailedPrecondition, message);

    /// <summary>A bound of the data plane is reached.</summary>
    public static RpcException ResourceExhausted(string message) => New(StatusCode.ResourceExhausted, message);

    /// <summary>Whoever asks may not be the one any more that may.</summary>
    public static RpcException LeaseEnded(string id) =>
        New(StatusCode.Aborted, $"The lease '{id}' ran out before the request came. Nothing was begun.");

    /// <summary>The data plane is going down: another one may take its place.</summary>
    public static RpcException Stopping() => New(StatusCode.Unavailable, "The data plane is stopping.");

    private static RpcException New(StatusCode code, string message) => new(new Status(code, message), message);
}
