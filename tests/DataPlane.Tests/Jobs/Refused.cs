using Grpc.Core;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>Asserts that a call was refused.</summary>
internal static class Refused
{
    /// <summary>With this code, and a message that says this.</summary>
    public static async Task WithAsync(StatusCode code, string message, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(code, error.StatusCode);
        Assert.Contains(message, error.Status.Detail, StringComparison.Ordinal);
    }
}
