namespace BackupEngine.ControlPlane.Api.Faults;

/// <summary>
/// Turns what a request ends with into an answer: a refusal into its envelope, anything unforeseen into the 500 that
/// says nothing of the inside and is logged with the request's id, a route that does not exist into the plain 404.
/// </summary>
internal sealed class FaultMiddleware(RequestDelegate next, ILogger<FaultMiddleware> log)
{
    /// <summary>Handles one request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
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
            default:
                log.LogError(error, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
                return new ApiFaultException(StatusCodes.Status500InternalServerError, Fault.GenericServerError);
        }
    }
}
