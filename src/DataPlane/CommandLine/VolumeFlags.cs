using System.CommandLine;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Images;
using BackupEngine.DataPlane.Restore;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>The flags of backup and restore that say how the volume is reached.</summary>
internal sealed class VolumeFlags
{
    private readonly Option<int> _connections = new("--nbd-connections")
    {
        Description = "NBD: connections, where the server says that several see the same.",
        HelpName = "N",
        DefaultValueFactory = _ => NbdClientOptions.DefaultConnections,
    };

    private readonly Option<int> _reconnect = new("--nbd-reconnect-seconds")
    {
        Description = "NBD: how long a lost connection is tried to be made again.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => (int)NbdClientOptions.DefaultReconnectTime.TotalSeconds,
    };

    private readonly Option<int> _reply = new("--nbd-reply-seconds")
    {
        Description = "NBD: how long a server may take to answer before the connection counts as lost; 0: any time.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => (int)NbdClientOptions.DefaultReplyTime.TotalSeconds,
    };

    private readonly Option<string?> _certificates = new("--nbd-certificates")
    {
        Description = "NBD with TLS: directory with ca-cert.pem, and client-cert.pem with client-key.pem.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _bitmap = new("--nbd-bitmap")
    {
        Description = "Dirty bitmap (of an NBD server of QEMU, or in a qcow2 image) that began when the parent was "
            + "read: only what it names is read.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _nextBitmap = new("--nbd-next-bitmap")
    {
        Description = "Dirty bitmap that begins at the point in time that is read now: the next incremental's "
            + "--nbd-bitmap. Kept with the backup as its base token.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _format = new("--source-format")
    {
        Description = "What is in the source: raw, or qcow2, which is read through qemu-nbd. Never guessed.",
        HelpName = "FORMAT",
    };

    /// <summary>Adds the flags to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="isSource">Whether the volume is read, not written.</param>
    public VolumeFlags(Command command, bool isSource)
    {
        _format.AcceptOnlyFromAmong("raw", "qcow2");
        command.Add(_connections);
        command.Add(_reconnect);
        command.Add(_reply);
        command.Add(_certificates);
        if (isSource)
        {
            command.Add(_bitmap);
            command.Add(_nextBitmap);
            command.Add(_format);
        }
    }

    /// <summary>Opens the source of a backup.</summary>
    public IBlockDevice OpenSource(Invocation invocation, string source, bool direct)
    {
        var arguments = invocation.Arguments;
        ImageFormat? format = arguments.GetValue(_format) switch
        {
            "raw" => ImageFormat.Raw,
            "qcow2" => ImageFormat.Qcow2,
            _ => null,
        };
        return ImageOpener.Open(
            source, format, direct, arguments.GetValue(_bitmap), uri => Options(arguments, uri), Logger(invocation));
    }

    /// <summary>Opens the target of a restore.</summary>
    public RestoreTarget OpenTarget(Invocation invocation, string target, long volumeBytes, bool direct) =>
        NbdUri.IsMeant(target)
            ? RestoreTarget.Of(NbdDevice.Open(
                Options(invocation.Arguments, NbdUri.Parse(target)), DeviceAccess.ReadWrite, Logger(invocation)))
            : RestoreTarget.Open(target, volumeBytes, direct);

    /// <summary>The base token that goes with the backup: that of the next bitmap, or the one that was given.</summary>
    /// <exception cref="UsageException">There are both.</exception>
    public string BaseToken(ParseResult arguments, string source, string? given)
    {
        if (arguments.GetValue(_nextBitmap) is not { } next)
        {
            return given ?? "";
        }

        var export = NbdUri.IsMeant(source) ? NbdUri.Parse(source).ExportName : "";
        return given is null
            ? BitmapToken.Of(export, next)
            : throw new UsageException("--nbd-next-bitmap is the base token: leave --base-token away.");
    }

    /// <summary>Refuses a bitmap that nothing can be compared with.</summary>
    /// <exception cref="UsageException">There is no parent, or there is another list of changed blocks.</exception>
    public void Check(ParseResult arguments, bool hasParent, bool hasChangedBlocks)
    {
        if (arguments.GetValue(_bitmap) is not null && (!hasParent || hasChangedBlocks))
        {
            throw new UsageException(
                "--nbd-bitmap says what differs from a parent: name it with --parent, and no --changed-blocks.");
        }
    }

    private NbdClientOptions Options(ParseResult arguments, NbdUri uri) => new NbdClientOptions
    {
        Uri = uri,
        Connections = arguments.GetValue(_connections),
        ReconnectTime = TimeSpan.FromSeconds(arguments.GetValue(_reconnect)),
        ReplyTime = TimeSpan.FromSeconds(arguments.GetValue(_reply)),
        CertificatesDirectory = arguments.GetValue(_certificates),
    }.Validate();

    private static ILogger<NbdDevice> Logger(Invocation invocation) => invocation.Logs.CreateLogger<NbdDevice>();
}
