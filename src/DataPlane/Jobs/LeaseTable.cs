using System.Diagnostics.CodeAnalysis;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// The leases that have not run out. Jobs and attachments are under one where their request names it, and end with it.
/// Safe to use from many threads.
/// </summary>
internal sealed class LeaseTable(TimeProvider time)
{
    /// <summary>Bound of the leases at once: no more than there are jobs and attachments.</summary>
    public const int MaximumLeases = JobTable.MaximumRunning + AttachmentTable.MaximumAttachments;

    /// <summary>Bound of how far ahead a lease may end: whoever means another clock is told.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lease> _leases = new(StringComparer.Ordinal);

    /// <summary>The lease of a request, which is renewed by it, or begins with it; null: it names none.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it cannot be right. ABORTED: it has run out before
    /// the request came. RESOURCE_EXHAUSTED: there are too many.</exception>
    public Lease? Join(Contract.Lease? request)
    {
        if (request is null)
        {
            return null;
        }

        var validUntil = Validate(request);
        if (validUntil <= time.GetTimestamp())
        {
            throw Refusal.LeaseEnded(request.LeaseId);
        }

        lock (_gate)
        {
            return TryRenew(request.LeaseId, validUntil, out var known) ? known : Add(request.LeaseId, validUntil);
        }
    }

    /// <summary>Renews a lease; false: there is none of that id, or it has run out.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it cannot be right.</exception>
    public bool Renew(Contract.Lease request)
    {
        var validUntil = Validate(request);
        lock (_gate)
        {
            return TryRenew(request.LeaseId, validUntil, out _);
        }
    }

    /// <summary>The end of a lease as a timestamp of the clock.</summary>
    private long Validate(Contract.Lease request)
    {
        if (request.LeaseId.Length is 0 or > JobTable.MaximumIdLength)
        {
            throw Refusal.InvalidArgument($"A lease_id has 1 to {JobTable.MaximumIdLength} characters.");
        }

        var validUntil = (Int128)request.ValidUntilNanoseconds * time.TimestampFrequency / 1_000_000_000;
        var latest = time.GetTimestamp() + ((Int128)Longest.TotalSeconds * time.TimestampFrequency);
        return request.ValidUntilNanoseconds > 0 && validUntil <= latest
            ? (long)validUntil
            : throw Refusal.InvalidArgument(
                "valid_until_nanoseconds is a time of this host's CLOCK_MONOTONIC, at most a day ahead; "
                + $"{request.ValidUntilNanoseconds} is not.");
    }

    private bool TryRenew(string id, long validUntil, [NotNullWhen(true)] out Lease? lease) =>
        _leases.TryGetValue(id, out lease) && lease.TryExtend(validUntil);

    private Lease Add(string id, long validUntil)
    {
        if (_leases.Count >= MaximumLeases)
        {
            throw Refusal.ResourceExhausted($"{MaximumLeases} leases have not run out yet.");
        }

        var lease = new Lease(id, validUntil, time);
        _leases[id] = lease;
        lease.Ended.UnsafeRegister(_ => Forget(lease), null);
        return lease;
    }

    private void Forget(Lease lease)
    {
        lock (_gate)
        {
            if (_leases.GetValueOrDefault(lease.Id) == lease)
            {
                _leases.Remove(lease.Id);
            }
        }
    }
}
