using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Client;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Names of exports.</summary>
public sealed class NbdUriTests
{
    [Theory]
    [InlineData("nbd://example.com/disk", "example.com", 10809, "disk", false)]
    [InlineData("nbd://example.com", "example.com", 10809, "", false)]
    [InlineData("nbd://example.com//disk", "example.com", 10809, "/disk", false)]
    [InlineData("nbds://example.com:1/hello%20world", "example.com", 1, "hello world", true)]
    [InlineData("nbd://[::1]:2/", "::1", 2, "", false)]
    public void Servers_by_TCP(string text, string host, int port, string export, bool tls)
    {
        var uri = NbdUri.Parse(text);
        Assert.Equal((host, port, export, tls), (uri.Host.Trim('[', ']'), uri.Port, uri.ExportName, uri.Tls));
        Assert.Null(uri.SocketPath);
    }

    [Theory]
    [InlineData("nbd+unix:///disk?socket=/run/a%20b", "/run/a b", "disk", false)]
    [InlineData("nbds+unix:///?socket=sock&tls-hostname=server", "sock", "", true)]
    [InlineData("nbd+unix:///?socket=%00/abstract", "\0/abstract", "", false)]
    public void Servers_by_Unix_socket(string text, string socket, string export, bool tls)
    {
        var uri = NbdUri.Parse(text);
        Assert.Equal((socket, export, tls), (uri.SocketPath, uri.ExportName, uri.Tls));
        Assert.Equal(tls ? "server" : null, uri.TlsHostName);
    }

    [Theory]
    [InlineData("/dev/vda")]
    [InlineData("nbd:/disk")]
    [InlineData("nbd:///disk")]
    [InlineData("nbd+unix:///disk")]
    [InlineData("nbd+unix://host/disk?socket=a")]
    [InlineData("nbd://host/?socket=a")]
    [InlineData("nbd://user@host/")]
    [InlineData("nbd://host/%00")]
    [InlineData("nbd://host/?unknown=1")]
    [InlineData("nbds://host/?tls-type=psk")]
    [InlineData("nbds://host/?tls-verify-peer=0")]
    [InlineData("http://host/")]
    public void Anything_else_is_refused(string text) => Assert.Throws<UsageException>(() => NbdUri.Parse(text));
}
