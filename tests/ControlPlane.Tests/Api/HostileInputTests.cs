using System.Globalization;
using System.Text.Json;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>
/// Whatever is sent, the answer is a refusal with an envelope or a success: never an error of the server.
/// </summary>
public sealed class HostileInputTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const int Rounds = 300;

    private static readonly string[] Names =
    [
        "backup", "volume", "snapshot", "restore", "volume_id", "snapshot_id", "source_volid", "backup_id", "name",
        "description", "display_name", "container", "incremental", "force", "metadata", "availability_zone", "size",
        "os-attach", "os-detach", "mountpoint", "instance_uuid", "host_name", "mode", "attachment_id", "", "x",
        "\u00fc\U0001F4BE", "'\"\\",
    ];

    private static readonly string[] Texts =
    [
        "", "a", "\0", "\n", "'", "\"", "\\", "\U0001F4BE", "\u202e", "\ufffe", "true", "yes", "1", "-1", "2147483648",
        "null", "nova", "7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001", new('x', 255), new('x', 256), "/dev/vdb", "rw",
        "'; drop table Volumes; --",
    ];

    private static readonly string[] Odd =
    [
        "null", "true", "false", "0", "1", "-1", "-0", "1.5", "1e400", "-1e-400", "2147483647", "2147483648",
        "99999999999999999999999999", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "[]", "{}",
    ];

    private static readonly string[] Parameters =
    [
        "limit", "offset", "marker", "sort", "sort_key", "sort_dir", "with_count", "all_tenants", "name", "name~",
        "status", "volume_id", "size", "created_at", "project_id", "~", "",
    ];

    private static readonly string[] Values =
    [
        "", "0", "1", "-1", "a", "true", "created_at:asc", "name,name,name", "id:asc,id:desc", ":", ",", "%", "host",
        "99999999999999999999", "2026-01-01", "9999-12-31T23:59:59.9999999", "7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001",
    ];

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Gen.OneOf(Odd),
        Gen.OneOf(Texts).Select(text => JsonSerializer.Serialize(text)),
        Gen.String.Select(text => JsonSerializer.Serialize(text)),
        Gen.Int.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, inner) => depth > 3
        ? Scalar
        : Gen.Frequency((2, Scalar), (3, ObjectOf(inner)), (1, ListOf(inner))));

    private static readonly Gen<string> Query = Gen.Select(
        Gen.OneOf(Parameters),
        Gen.OneOf(Gen.OneOf(Values), Gen.String),
        (name, value) => $"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(Sanitize(value))}");

    [Fact]
    public async Task Random_bodies()
    {
        var volume = await host.AddVolumeAsync();
        var backup = await host.AddBackupAsync(volume);
        string[] paths =
        [
            "POST /volumes", $"PUT /volumes/{volume.Id}", $"POST /volumes/{volume.Id}/action", "POST /snapshots",
            "POST /backups", $"PUT /backups/{backup.Id}", $"POST /backups/{backup.Id}/restore",
        ];
        var gen = Gen.Select(Gen.OneOf(paths), Gen.OneOf("3.0", "3.43", "3.47", "3.70"), Json);

        await gen.SampleAsync(
            async (path, version, body) =>
            {
                var parts = path.Split(' ');
                var client = host.As(ApiHost.Demo, version);
                MustNotFail(await client.SendAsync(new HttpMethod(parts[0]), parts[1], body));
            },
            iter: Rounds, threads: 2);
        Assert.Empty(host.Errors.Logged);
    }

    [Fact]
    public async Task Characters_of_code_zero_are_refused_wherever_they_stand()
    {
        var volume = await host.AddVolumeAsync();
        var client = host.As(ApiHost.Demo);

        (await client.PutAsync($"/volumes/{volume.Id}", "{\"volume\":{\"name\":\"a\\u0000\"}}")).MustBe(
            System.Net.HttpStatusCode.BadRequest);
        (await client.PostAsync($"/volumes/{volume.Id}/metadata", "{\"metadata\":{\"k\":\"\\u0000\"}}")).MustRefuse(
            "Invalid input for field/attribute k. Value: \0. '\\x00' does not match '^[^\\x00]*$'");
        (await client.GetAsync("/volumes?name=%00")).MustRefuse("Malformed request url");
        (await host.As(ApiHost.Admin).GetAsync("/limits?project_id=%00")).MustRefuse("Malformed request url");
        Assert.Empty(host.Errors.Logged);
    }

    [Fact]
    public async Task Random_queries_and_ids()
    {
        await host.AddBackupAsync(await host.AddVolumeAsync());
        await host.AddSnapshotAsync(await host.AddVolumeAsync());
        var gen = Gen.Select(
            Gen.OneOf("volumes", "snapshots", "backups"), Gen.OneOf("", "/detail"), Query.Array[0, 4], Gen.Bool);

        await gen.SampleAsync(
            async (collection, suffix, query, isAdmin) => MustNotFail(
                await host.As(isAdmin ? ApiHost.Admin : ApiHost.Demo).GetAsync(
                    $"/{collection}{suffix}?{string.Join('&', query)}")),
            iter: Rounds, threads: 2);
        await Gen.String.SampleAsync(
            async id => MustNotFail(
                await host.As(ApiHost.Demo).GetAsync($"/backups/{Uri.EscapeDataString(Sanitize(id))}x")),
            iter: 100, threads: 2);
        Assert.Empty(host.Errors.Logged);
    }

    private static Gen<string> ListOf(Gen<string> inner) =>
        inner.Array[0, 3].Select(items => $"[{string.Join(',', items)}]");

    private static Gen<string> ObjectOf(Gen<string> inner) => Gen
        .Select(Gen.OneOf(Names), inner, (name, value) => $"{JsonSerializer.Serialize(name)}:{value}").Array[0, 4]
        .Select(fields => $"{{{string.Join(',', fields)}}}");

    /// <summary>Half of a surrogate pair cannot stand in an address.</summary>
    private static string Sanitize(string text) => string.Concat(text.EnumerateRunes());

    private static void MustNotFail(ApiAnswer answer)
    {
        var status = (int)answer.Status;
        Assert.True(status < 500, answer.ToString());
        if (status >= 400 && answer.Headers["Content-Type"] == "application/json")
            Assert.Equal(status, (int)answer.Json.AsObject().Single().Value!["code"]!);
    }
}
