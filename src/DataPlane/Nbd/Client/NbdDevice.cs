using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// A volume behind an NBD server. Calls block until they are done. Opened for reading, what the server says to be zeros
/// is not asked for.
/// </summary>
public sealed class NbdDevice : ISurveyedDevice, IEngineDevice
{
    private readonly NbdClient _client;
    private readonly NbdTransfers _transfers;
    private readonly NbdZeroing _zeroing;
    private readonly NbdClientOptions _options;
    private readonly IDisposable? _server;
    private readonly bool _writable;
    private readonly List<string> _warnings = [];
    private ZeroMap? _zeros;
    private long _knownZeroBytes;

    private NbdDevice(
        NbdClient client, NbdClientOptions options, bool writable, IDisposable? server = null, string? name = null)
    {
        (_client, _options, _writable, _server) = (client, options, writable, server);
        Name = name ?? options.Uri.Text;
        _transfers = new NbdTransfers(client);
        _zeroing = new NbdZeroing(client, _transfers);
    }

    /// <inheritdoc/>
    public long LengthBytes => _client.Export.LengthBytes;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool DirectIo => false;

    /// <inheritdoc/>
    public string? DirectIoRefused => null;

    /// <inheritdoc/>
    /// <remarks>The server's smallest block is dealt with here.</remarks>
    public int AlignmentBytes => 1;

    /// <inheritdoc/>
    public string? ZeroingRefused => _zeroing.Refused;

    /// <inheritdoc/>
    public long KnownZeroBytes => Interlocked.Read(ref _knownZeroBytes);

    /// <inheritdoc/>
    public IReadOnlyList<string> Incidents => [.. _warnings, .. _client.Warnings];

    /// <summary>Connections in use.</summary>
    public int Connections => _client.Connections;

    /// <summary>What was agreed on with the server.</summary>
    internal NegotiatedExport Export => _client.Export;

    /// <summary>Connects to an export.</summary>
    /// <param name="options">Which one, and how.</param>
    /// <param name="access">What for; an export that is read-only is refused for writing.</param>
    /// <param name="logger">Told what was agreed on, and of lost connections.</param>
    /// <exception cref="DeviceException">NotFound: nobody answers, or there is no such export. NotUsable: refused, or
    /// read-only.</exception>
    public static NbdDevice Open(NbdClientOptions options, DeviceAccess access, ILogger logger)
    {
        var client = NbdClient.Open(options, logger);
        if (access == DeviceAccess.ReadWrite && client.Export.Features.HasFlag(ExportFeatures.ReadOnly))
        {
            client.Dispose();
            throw new DeviceException(
                DeviceErrorKind.NotUsable, $"{options.Uri}: the export is read-only; nothing was changed.");
        }

        return new NbdDevice(client, options, access == DeviceAccess.ReadWrite);
    }

    /// <inheritdoc/>
    public SourceSurvey Survey(CancellationToken cancellationToken)
    {
        if (_writable)
        {
            return SourceSurvey.Nothing;
        }

        var survey = new NbdSurvey(_client, _options.Uri, _options.Bitmap, _options.BitmapRefused);
        var answer = survey.Take(cancellationToken);
        _zeros = survey.Zeros;
        return answer;
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        while (buffer.Length > 0)
        {
            var (isZero, length) = TakeKnown(offsetBytes, buffer);
            if (!isZero)
            {
                _transfers.Read(offsetBytes, buffer[..length], cancellationToken);
            }

            offsetBytes += length;
            buffer = buffer[length..];
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RefuseWriting();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        _transfers.Write(offsetBytes, buffer, cancellationToken);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RefuseWriting();
        DeviceRange.CheckInside(this, extent);
        _zeroing.Zero(extent, cancellationToken);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_client.Export.Features.HasFlag(ExportFeatures.Flush))
        {
            _client.Flush(cancellationToken);
        }
        else if (_warnings.Count == 0 && _writable)
        {
            _warnings.Add($"{Name}: the server offers no FLUSH, so nothing proves that what was written is durable.");
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    IIoEngine IEngineDevice.OpenEngine() => new NbdEngine(this, _client, _transfers);

    /// <summary>Ends the connections. What was not flushed may be lost.</summary>
    public void Dispose()
    {
        _client.Dispose();
        _transfers.Dispose();
        _server?.Dispose();
    }

    /// <summary>Connects to a server of our own, which ends with the device.</summary>
    /// <param name="options">How it is reached.</param>
    /// <param name="access">What for.</param>
    /// <param name="logger">Told what was agreed on.</param>
    /// <param name="server">Ends the server; not called where this fails.</param>
    /// <param name="name">What the device is called.</param>
    internal static NbdDevice Open(
        NbdClientOptions options, DeviceAccess access, ILogger logger, IDisposable server, string name) =>
        new(NbdClient.Open(options, logger), options, access == DeviceAccess.ReadWrite, server, name);

    /// <summary>
    /// How much of a buffer is alike: known to be zeros, which it is filled with then, or to be asked for.
    /// </summary>
    internal (bool IsZero, int LengthBytes) TakeKnown(long offsetBytes, Memory<byte> buffer)
    {
        if (_zeros is null)
        {
            return (false, buffer.Length);
        }

        var (isZero, length) = _zeros.At(offsetBytes, buffer.Length);
        if (isZero)
        {
            buffer.Span[..(int)length].Clear();
            Interlocked.Add(ref _knownZeroBytes, length);
        }

        return (isZero, (int)length);
    }

    private void RefuseWriting()
    {
        if (!_writable)
        {
            throw new InvalidOperationException($"{Name} was opened for reading.");
        }
    }
}
