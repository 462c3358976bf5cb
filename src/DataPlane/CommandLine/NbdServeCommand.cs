using System.CommandLine;
using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Server;
using BackupEngine.DataPlane.Nbd.Server.Listening;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`nbd-serve`: a backup as a block device, without restoring it.</summary>
internal sealed class NbdServeCommand
{
    private readonly Option<string> _repository = CommonOptions.Repository();
    private readonly Option<BackupId> _backup = CommonOptions.Backup();
    private readonly KeyOptions _key;

    private readonly Option<string?> _socket = Text(
        "--socket", "PATH", "Unix socket to serve on; only its owner can connect.");
    private readonly Option<string?> _listen = Text(
        "--listen", "ADDRESS:PORT", "TCP address to serve on; a loopback address, unless clients show certificates.");
    private readonly Option<string?> _overlay = Text(
        "--writable-overlay", "FILE", "Let clients write: to this file, which is created if missing.");
    private readonly Option<string?> _certificate = Text(
        "--tls-certificate", "FILE", "Certificate of the server (PEM); then only TLS is spoken.");
    private readonly Option<string?> _privateKey = Text(
        "--tls-key", "FILE", "Key of the server's certificate (PEM).");
    private readonly Option<string?> _authority = Text(
        "--tls-ca", "FILE", "Serve only clients whose certificate one of these (PEM) has signed.");
    private readonly Option<long?> _cacheSize = CommonOptions.Size(
        "--cache-size", "Decompressed chunks that are kept in memory. Default: 64MiB.");
    private readonly Option<int?> _connections = new("--max-connections")
    {
        Description = "Clients at once, from 1 to 1024. Default: 16.",
        HelpName = "NUMBER",
    };

    private NbdServeCommand(Command command)
    {
        command.Add(_repository);
        command.Add(_backup);
        command.Add(_socket);
        command.Add(_listen);
        command.Add(_overlay);
        command.Add(_cacheSize);
        command.Add(_connections);
        command.Add(_certificate);
        command.Add(_privateKey);
        command.Add(_authority);
        _key = new KeyOptions(command);
        Shell.Bind(command, RunAsync);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command("nbd-serve", "Serve a backup as a block device (NBD) until SIGTERM.");
        _ = new NbdServeCommand(command);
        return command;
    }

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    private async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var arguments = invocation.Arguments;
        var tls = Tls(arguments);
        var endpoint = Endpoint(arguments, tls);
        using var repository = _key.Open(invocation, arguments.GetRequiredValue(_repository));
        var limits = new NbdServerLimits();
        var request = new NbdServeRequest
        {
            Repository = repository,
            BackupId = arguments.GetRequiredValue(_backup),
            Endpoint = endpoint,
            OverlayPath = arguments.GetValue(_overlay),
            CacheBytes = arguments.GetValue(_cacheSize) ?? NbdServeRequest.DefaultCacheBytes,
            Tls = tls,
            Limits = limits with { Connections = Connections(arguments) ?? limits.Connections },
        };
        var runner = new NbdServeRunner(TimeProvider.System, invocation.Logs.CreateLogger<NbdServeRunner>());
        var served = await runner.RunAsync(request, serving => Ready(invocation, serving), cancellationToken);
        Output.Notice(
            $"served {served.Requests} requests on {served.Connections} connections: "
            + $"{SizeText.Format(served.BytesRead)} sent, {SizeText.Format(served.HoleBytes)} of zeros, "
            + $"{SizeText.Format(served.BytesWritten)} written; {served.CacheMisses} chunks read, {served.CacheHits} "
            + $"times from the cache; {served.FailedReads} reads met damage");
    }

    private static void Ready(Invocation invocation, NbdServing serving)
    {
        Output.Notice($"ready: {serving.Uri}");
        if (invocation.Output.Json)
        {
            Output.Line(serving, DataPlaneJson.OneLine.NbdServing);
        }
    }

    private int? Connections(ParseResult arguments) => arguments.GetValue(_connections) switch
    {
        null => null,
        >= 1 and <= NbdServerLimits.MostConnections and { } number => number,
        var other => throw new UsageException($"--max-connections is from 1 to 1024, not {other}."),
    };

    private NbdEndpoint Endpoint(ParseResult arguments, TlsFiles? tls) =>
        (arguments.GetValue(_socket), arguments.GetValue(_listen)) switch
        {
            ({ } socket, null) => NbdEndpoint.Unix(socket),
            (null, { } address) => NbdEndpoint.Tcp(address, clientsAreKnown: tls?.ClientAuthority is not null),
            _ => throw new UsageException("Exactly one of --socket and --listen says where to serve."),
        };

    private TlsFiles? Tls(ParseResult arguments) => (
            arguments.GetValue(_certificate), arguments.GetValue(_privateKey), arguments.GetValue(_authority)) switch
    {
        (null, null, null) => null,
        ({ } certificate, { } key, var authority) => new TlsFiles(certificate, key, authority),
        _ => throw new UsageException("TLS needs --tls-certificate and --tls-key; --tls-ca only adds to them."),
    };
}
