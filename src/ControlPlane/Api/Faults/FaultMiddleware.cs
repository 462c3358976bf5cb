using BackupEngine.ControlPlane.Database;

namespace BackupEngine.ControlPlane.Api.Faults;

/// <summary>
/// Turns what a request ends with into an answer: a refusal into its envelope, anything unforeseen into the 500 that
/// says nothing of the inside and is logged with the request's id, a route that does not exist into the plain 404. A
/// request that only reads is tried again for a moment while the database is away; what changes something never is.
/// </summary>
internal sealed class FaultMiddleware(RequestDelegate next, TimeProvider time, ILogger<FaultMiddleware> log)
{
    private static readonly TimeSpan OutagePatience = TimeSpan.FromSeconds(3);

    /// <summary>Handles one request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await HandleAsync(http);
            if (IsUnrouted(http))
                await FaultWriter.WriteUnroutedAsync(http.Response);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            log.LogDebug("The client went away: {Method} {Path}", http.Request.Method, http.Request.Path);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await FaultWriter.WriteAsync(http.Response, ToFault(http, e));
        }
    }

    private Task HandleAsync(HttpContext http) => IsReading(http.Request)
        ? DatabaseOutage.RetryAsync(_ => ReadAsync(http), OutagePatience, time, log, http.RequestAborted)
        : next(http);

    private static bool IsReading(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private async Task<bool> ReadAsync(HttpContext http)
    {
        await next(http);
        return true;
    }

    /// <summary>No route has the path, or none the method: routing itself answered without a body.</summary>
    private static bool IsUnrouted(HttpContext http) => !http.Response.HasStarted
        && http.Response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed
        && http.Response.ContentType is null;

    private ApiFaultException ToFault(HttpContext http, Exception error)
    {
        switch (error)
        {
            case ApiFaultException fault:
                return fault;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new ApiFaultException(StatusCodes.Status413PayloadTooLarge, "Request is too large.");
            case BadHttpRequestException:
                return Fault.BadRequest(Fault.GenericBadRequest);
            case not null when DatabaseOutage.IsTransient(error):
                log.LogWarning(
                    "{Method} {Path}: the database is away: {Cause}",
                    http.Request.Method, http.Request.Path, error.GetBaseException().Message);
                return Fault.DatabaseAway(changes: !IsReading(http.Request));
            default:
                log.LogError(error, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
                return new ApiFaultException(StatusCodes.Status500InternalServerError, Fault.GenericServerError);
        }
    }
}
