using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>
/// A submission and a completion ring shared with the kernel (io_uring(7)). For one thread at a time. The indices that
/// the kernel writes are read with acquire semantics, those that it reads are written with release semantics: an entry
/// is whole before its index says that it is there.
/// </summary>
internal sealed unsafe class Ring : IDisposable
{
    // IORING_OFF_SQ_RING, IORING_OFF_SQES
    private const long RingsOffset = 0;
    private const long EntriesOffset = 0x10000000;
    private const uint NeededFeatures = UringParameters.SingleMap | UringParameters.NoDrop;

    private readonly IUringKernel _kernel;
    private readonly int _fd;
    private readonly byte* _rings;
    private readonly nuint _ringsBytes;
    private readonly SubmissionEntry* _entries;
    private readonly nuint _entriesBytes;
    private readonly uint* _submissionTail;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private readonly uint _submissionMask;
    private readonly uint _completionMask;
    private readonly CompletionEntry* _completions;
    private bool _disposed;

    private Ring(IUringKernel kernel, int fd, in UringParameters parameters, byte* rings, byte* entries)
    {
        _kernel = kernel;
        _fd = fd;
        _rings = rings;
        _entries = (SubmissionEntry*)entries;
        (_ringsBytes, _entriesBytes) = (RingsBytes(parameters), EntriesBytes(parameters));
        var (submission, completion) = (parameters.Submission, parameters.Completion);
        _submissionTail = (uint*)(rings + submission.Tail);
        _submissionMask = *(uint*)(rings + submission.Mask);
        _completionHead = (uint*)(rings + completion.Head);
        _completionTail = (uint*)(rings + completion.Tail);
        _completionMask = *(uint*)(rings + completion.Mask);
        _completions = (CompletionEntry*)(rings + completion.Entries);
        Entries = parameters.SubmissionEntries;
        // Entry n is always at place n of the ring.
        var array = (uint*)(rings + submission.Array);
        for (var i = 0u; i < Entries; i++)
        {
            array[i] = i;
        }
    }

    /// <summary>Requests that can be added between two submissions; the completion ring holds twice as many.</summary>
    public uint Entries { get; }

    /// <summary>Requests added that the kernel has not taken over.</summary>
    public uint Pending { get; private set; }

    /// <summary>Opens a ring.</summary>
    /// <param name="kernel">The system calls.</param>
    /// <param name="entries">Requests at once; rounded up to a power of two by the kernel.</param>
    /// <param name="oneThread">Whether the calling thread is the only one that will ever use the ring, which saves the
    /// kernel work.</param>
    /// <param name="ring">The ring.</param>
    /// <returns>0, or the kernel's error number: ENOSYS, EPERM, ENOMEM and others.</returns>
    public static int TryOpen(IUringKernel kernel, uint entries, bool oneThread, out Ring? ring)
    {
        ring = null;
        var parameters = default(UringParameters);
        var fd = Setup(kernel, entries, oneThread, ref parameters);
        if (fd < 0)
        {
            return -fd;
        }

        if ((parameters.Features & NeededFeatures) != NeededFeatures)
        {
            kernel.Close(fd);
            return ErrorNumbers.NotImplemented;
        }

        return TryMap(kernel, fd, parameters, out ring);
    }

    /// <summary>Adds a request.</summary>
    /// <exception cref="InvalidOperationException">The ring is full: submit first.</exception>
    public void Add(in SubmissionEntry entry)
    {
        if (Pending == Entries)
        {
            throw new InvalidOperationException($"More than {Entries} requests were added to a ring at once.");
        }

        // Only this side writes the tail.
        var tail = *_submissionTail;
        _entries[tail & _submissionMask] = entry;
        Volatile.Write(ref *_submissionTail, tail + 1);
        Pending++;
    }

    /// <summary>Hands over what was added, and waits for so many requests to end.</summary>
    /// <returns>0, or the error number: EINTR, EAGAIN and EBUSY are to be tried again.</returns>
    public int Enter(uint waitFor)
    {
        var taken = _kernel.Enter(_fd, Pending, waitFor);
        Pending -= (uint)Math.Max(taken, 0);
        return taken < 0 ? -taken : 0;
    }

    /// <summary>Takes the end of a request, if there is one.</summary>
    public bool TryTake(out CompletionEntry completion)
    {
        // Only this side writes the head.
        var head = *_completionHead;
        if (head == Volatile.Read(ref *_completionTail))
        {
            completion = default;
            return false;
        }

        completion = _completions[head & _completionMask];
        Volatile.Write(ref *_completionHead, head + 1);
        return true;
    }

    /// <summary>io_uring_register(2) for this ring.</summary>
    /// <returns>0, or the error number.</returns>
    public int Register(UringRegistration operation, void* argument, uint count) =>
        Math.Max(0, -_kernel.Register(_fd, operation, argument, count));

    /// <summary>Closes the ring. Nothing may be in flight: the kernel would still write to its buffers.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _kernel.Unmap((byte*)_entries, _entriesBytes);
        _kernel.Unmap(_rings, _ringsBytes);
        _kernel.Close(_fd);
    }

    /// <summary>Kernels before 6.1 do not know the flags that save work, and refuse them.</summary>
    private static int Setup(IUringKernel kernel, uint entries, bool oneThread, ref UringParameters parameters)
    {
        parameters.Flags = oneThread
            ? UringParameters.SingleIssuer | UringParameters.DeferTaskRun
            : UringParameters.CoopTaskRun;
        fixed (UringParameters* pointer = &parameters)
        {
            var fd = kernel.Setup(entries, pointer);
            if (fd != -ErrorNumbers.Invalid)
            {
                return fd;
            }

            parameters = default;
            return kernel.Setup(entries, pointer);
        }
    }

    private static int TryMap(IUringKernel kernel, int fd, in UringParameters parameters, out Ring? ring)
    {
        ring = null;
        var rings = kernel.Map(fd, RingsBytes(parameters), RingsOffset);
        var entries = rings is null ? null : kernel.Map(fd, EntriesBytes(parameters), EntriesOffset);
        if (entries is not null)
        {
            ring = new Ring(kernel, fd, parameters, rings, entries);
            return 0;
        }

        var errno = Marshal.GetLastPInvokeError();
        if (rings is not null)
        {
            kernel.Unmap(rings, RingsBytes(parameters));
        }

        kernel.Close(fd);
        return errno;
    }

    private static nuint RingsBytes(in UringParameters parameters)
    {
        var submission = parameters.Submission.Array + (parameters.SubmissionEntries * sizeof(uint));
        var completion =
            parameters.Completion.Entries + (parameters.CompletionEntries * (uint)CompletionEntry.SizeBytes);
        return Math.Max(submission, completion);
    }

    private static nuint EntriesBytes(in UringParameters parameters) =>
        parameters.SubmissionEntries * (nuint)SubmissionEntry.SizeBytes;
}
