using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// Turns exceptions of calls into status codes with their message; what nobody foresaw is logged as well.
/// </summary>
internal sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        var refused = exception switch
        {
            DeviceException { Kind: DeviceErrorKind.NotFound } => Refusal.NotFound(exception.Message),
            DeviceException => Refusal.FailedPrecondition(exception.Message),
            UsageException => Refusal.InvalidArgument(exception.Message),
            _ when context.CancellationToken.IsCancellationRequested =>
                new RpcException(new Status(StatusCode.Cancelled, "The caller has gone.")),
            _ => null,
        };
        return refused ?? Unexpected(exception, context.Method);
    }

    private RpcException Unexpected(Exception exception, string method)
    {
        logger.LogError(exception, "{Method} failed unexpectedly", method);
        return new RpcException(new Status(StatusCode.Internal, Failure.Of(exception).Message));
    }
}
