using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Records that are taken out, and in again.</summary>
public sealed class BackupRecordTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Service = "cinder.backup.drivers.backupengine.BackupEngineDriver";

    private ApiClient Admin => host.As(ApiHost.Admin);

    [Fact]
    public async Task A_record_comes_back_as_it_was_under_the_same_id_and_belongs_to_who_imported_it()
    {
        var backup = await AddAsync();
        var record = await ExportAsync(backup.Id);
        await DeleteAsync(backup.Id);

        var answer = await ImportAsync((string)record["backup_url"]!);

        answer.MustBe(HttpStatusCode.Created);
        Assert.Equal(["id", "name", "links"], answer["backup"].AsObject().Select(field => field.Key));
        Assert.Equal(backup.Id, (Guid)answer["backup"]["id"]!);
        var read = await host.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Available, read.Status);
        Assert.Null(read.DeletedAt);
        Assert.Null(read.Host);
        Assert.Equal((ApiHost.Admin.ProjectId, ApiHost.Admin.UserId), (read.ProjectId, read.UserId));
        Assert.Equal(
            (backup.Name, backup.VolumeId, backup.SizeGiB, backup.ObjectCount, backup.MetadataJson),
            (read.Name, read.VolumeId, read.SizeGiB, read.ObjectCount, read.MetadataJson));
        Assert.Equal(backup.VolumeMetadataJson, read.VolumeMetadataJson);
        Assert.Equal(backup.ClaimNumber, read.ClaimNumber);
        Assert.Equal(backup.Id, read.StoredId());
    }

    [Fact]
    public async Task The_text_of_a_record_has_every_field_of_Cinders()
    {
        var record = await ExportAsync((await AddAsync()).Id);

        Assert.StartsWith("cinder.backup.drivers", (string)record["backup_service"]!, StringComparison.Ordinal);
        var fields = Decode((string)record["backup_url"]!);
        string[] expected =
        [
            "id", "user_id", "project_id", "volume_id", "host", "availability_zone", "container", "parent_id", "status",
            "fail_reason", "size", "display_name", "display_description", "service_metadata", "service",
            "object_count", "temp_volume_id", "temp_snapshot_id", "num_dependent_backups", "snapshot_id",
            "data_timestamp", "restore_volume_id", "metadata", "encryption_key_id", "created_at", "updated_at",
            "deleted_at", "deleted", "driver_info",
        ];
        Assert.Equal(expected.Order(), fields.Select(field => field.Key).Order());
        Assert.EndsWith("Z", (string)fields["created_at"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_under_another_id_names_the_same_data()
    {
        var backup = await AddAsync();
        var fields = Decode((string)(await ExportAsync(backup.Id))["backup_url"]!);
        var id = Guid.NewGuid();
        fields["id"] = id.ToString();

        (await ImportAsync(Encode(fields))).MustBe(HttpStatusCode.Created);

        Assert.Equal(backup.Id, (await host.BackupAsync(id)).StoredId());
    }

    [Fact]
    public async Task Refusals()
    {
        var backup = await AddAsync();
        var failed = await host.AddBackupAsync(await host.AddVolumeAsync(), BackupStatus.Error);
        var fields = Decode((string)(await ExportAsync(backup.Id))["backup_url"]!);

        (await ImportAsync(Encode(fields))).MustRefuse("Invalid backup: Backup already exists in database.");
        (await ImportAsync("!")).MustRefuse("Invalid input received: Can't parse backup record.");
        (await ImportAsync(Convert.ToBase64String("[]"u8))).MustRefuse(
            "Invalid input received: Can't parse backup record.");
        (await ImportAsync(Encode(Without(fields, "id")))).MustRefuse(
            "Invalid input received: Provided backup record is missing an id");
        (await ImportAsync(Encode(Without(fields, "size")))).MustRefuse(
            "Invalid input received: Provided backup record is missing size attribute");
        (await Admin.PostAsync("/backups/import_record", "{\"backup-record\":{\"backup_url\":\"x\"}}")).MustBe(
            HttpStatusCode.BadRequest);
        (await Admin.GetAsync($"/backups/{failed.Id}/export_record")).MustRefuse(
            "Invalid backup: Backup status must be available and not creating.");
        (await host.As(ApiHost.Demo).GetAsync($"/backups/{backup.Id}/export_record")).MustRefuse(
            404, "itemNotFound", $"Backup {backup.Id} could not be found.");
        (await host.As(ApiHost.Demo).GetAsync($"/backups/{failed.Id}/export_record")).MustRefuse(
            403, "forbidden", "Policy doesn't allow backup:export-import to be performed.");
        (await ImportAsync(Encode(fields), user: ApiHost.Demo)).MustRefuse(
            403, "forbidden", "Policy doesn't allow backup:backup-import to be performed.");
    }

    [Fact]
    public async Task A_record_that_cannot_be_used_is_taken_on_and_says_why()
    {
        var fields = Decode((string)(await ExportAsync((await AddAsync()).Id))["backup_url"]!);

        var foreign = await ImportedAsync(fields, "cinder.backup.drivers.swift.SwiftBackupDriver");
        var lacking = await ImportedAsync(Without(Without(fields, "container"), "object_count"), Service);

        Assert.Equal(BackupStatus.Error, foreign.Status);
        Assert.Equal(
            "Import record failed, cannot find backup service to perform import. Request service: " +
            "cinder.backup.drivers.swift.SwiftBackupDriver.",
            foreign.FailReason);
        Assert.Equal(BackupStatus.Error, lacking.Status);
        Assert.Equal(
            "Driver successfully decoded imported backup data, but there are missing fields (container, object_count).",
            lacking.FailReason);
    }

    [Fact]
    public async Task Of_imports_of_one_record_at_once_one_is_taken_on()
    {
        var fields = Decode((string)(await ExportAsync((await AddAsync()).Id))["backup_url"]!);
        fields["id"] = Guid.NewGuid().ToString();
        var text = Encode(fields);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ImportAsync(text)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(
            answers.Where(answer => answer.Status != HttpStatusCode.Created),
            answer => answer.MustRefuse("Invalid backup: Backup already exists in database."));
    }

    private async Task<BackupEntity> ImportedAsync(JsonObject fields, string service)
    {
        var copy = fields.DeepClone().AsObject();
        var id = Guid.NewGuid();
        copy["id"] = id.ToString();
        (await ImportAsync(Encode(copy), service)).MustBe(HttpStatusCode.Created);
        return await host.BackupAsync(id);
    }

    private async Task<BackupEntity> AddAsync() => await host.AddBackupAsync(
        await host.AddVolumeAsync(sizeGiB: 2), owner: ApiHost.Admin, change: row =>
        {
            row.ObjectCount = 17;
            row.ClaimNumber = 4;
            row.MetadataJson = "{\"k\":\"v\"}";
            row.VolumeMetadataJson = "{\"name\":\"disk\",\"description\":null,\"metadata\":{},\"bootable\":true}";
        });

    private async Task<JsonNode> ExportAsync(Guid id) =>
        (await Admin.GetAsync($"/backups/{id}/export_record"))["backup-record"];

    private Task<ApiAnswer> ImportAsync(string text, string service = Service, TokenUser? user = null) =>
        host.As(user ?? ApiHost.Admin).PostAsync(
            "/backups/import_record",
            new JsonObject
            {
                ["backup-record"] = new JsonObject { ["backup_service"] = service, ["backup_url"] = text },
            }.ToJsonString());

    private async Task DeleteAsync(Guid id)
    {
        await using var database = host.Database();
        var backup = await database.Backups.FindAsync([id], TestContext.Current.CancellationToken);
        (backup!.Status, backup.DeletedAt) = (BackupStatus.Deleted, DateTime.UtcNow);
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private static JsonObject Decode(string text) =>
        JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(text)))!.AsObject();

    private static string Encode(JsonObject fields) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(fields.ToJsonString()));

    private static JsonObject Without(JsonObject fields, string name)
    {
        var copy = fields.DeepClone().AsObject();
        copy.Remove(name);
        return copy;
    }
}
