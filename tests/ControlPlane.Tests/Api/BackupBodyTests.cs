using System.Net;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>What a body must be, in the words in which clients know the refusals.</summary>
public sealed class BackupBodyTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Id = "7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001";
    private const string Words =
        "[True, 'True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes', 'y', 't', " +
        "False, 'False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no', 'n', 'f']";

    private const string MissingVolume =
        "Invalid input for field/attribute backup. Value: {}. 'volume_id' is a required property";

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Theory]
    [InlineData("null", "None is not of type 'object'")]
    [InlineData("[1, \"a\"]", "[1, 'a'] is not of type 'object'")]
    [InlineData("5", "5 is not of type 'object'")]
    [InlineData("{}", "'backup' is a required property")]
    [InlineData("{\"backup\":{\"volume_id\":\"" + Id + "\"},\"x\":1}",
        "Additional properties are not allowed ('x' was unexpected)")]
    [InlineData("{\"backup\":null}",
        "Invalid input for field/attribute backup. Value: None. None is not of type 'object'")]
    [InlineData("{\"backup\":{}}", MissingVolume)]
    public async Task The_outer_object(string body, string message) =>
        (await Demo.PostAsync("/backups", body)).MustRefuse(message);

    [Theory]
    [InlineData("\"volume_id\":\"foo\"", "volume_id", "foo", "'foo' is not a 'uuid'")]
    [InlineData("\"volume_id\":5", "volume_id", "5", "5 is not of type 'string'")]
    [InlineData("\"volume_id\":null", "volume_id", "None", "None is not of type 'string'")]
    [InlineData("\"container\":5", "container", "5", "5 is not of type 'string', 'null'")]
    [InlineData("\"name\":true", "name", "True", "True is not of type 'string', 'null'")]
    [InlineData("\"name\":[\"it's\"]", "name", "[\"it's\"]", "[\"it's\"] is not of type 'string', 'null'")]
    [InlineData("\"incremental\":1", "incremental", "1", "1 is not of type 'boolean', 'string'")]
    [InlineData("\"force\":null", "force", "None", "None is not of type 'boolean', 'string'")]
    [InlineData("\"force\":\"maybe\"", "force", "maybe", "'maybe' is not one of " + Words)]
    [InlineData("\"snapshot_id\":\"\"", "snapshot_id", "", "'' is not valid under any of the given schemas")]
    [InlineData("\"snapshot_id\":7", "snapshot_id", "7", "7 is not valid under any of the given schemas")]
    [InlineData("\"metadata\":[]", "metadata", "[]", "[] is not of type 'object', 'null'")]
    [InlineData("\"metadata\":{\"k\":1}", "k", "1", "1 is not of type 'string'")]
    [InlineData("\"metadata\":{\"k!\":\"v\"}", "metadata", "{'k!': 'v'}",
        "'k!' does not match any of the regexes: '^[a-zA-Z0-9-_:. /]{1,255}$'")]
    [InlineData("\"x\":1,\"y\":2", "backup", "{'x': 1, 'y': 2, 'volume_id': '" + Id + "'}",
        "Additional properties are not allowed ('x', 'y' were unexpected)")]
    public async Task Each_field(string fields, string field, string value, string message)
    {
        var more = fields.Contains("volume_id", StringComparison.Ordinal) ? "" : $",\"volume_id\":\"{Id}\"";

        (await Demo.PostAsync("/backups", $"{{\"backup\":{{{fields}{more}}}}}")).MustRefuse(
            $"Invalid input for field/attribute {field}. Value: {value}. {message}");
    }

    [Theory]
    [InlineData("name")]
    [InlineData("description")]
    [InlineData("container")]
    [InlineData("availability_zone")]
    public async Task Texts_have_at_most_255_characters(string field)
    {
        var exact = string.Concat(Enumerable.Repeat("\U0001F4BE", 255));
        var tooLong = new string('x', 256);

        (await PostAsync(field, exact)).MustRefuse(404, "itemNotFound", $"Volume {Id} could not be found.");
        (await PostAsync(field, tooLong)).MustRefuse(
            $"Invalid input for field/attribute {field}. Value: {tooLong}. '{tooLong}' is too long");
    }

    [Theory]
    [InlineData("a\\nb", "a\nb", "'a\\nb'")]
    [InlineData("a\\tb", "a\tb", "'a\\tb'")]
    [InlineData("a\\u0000b", "a\0b", "'a\\x00b'")]
    public async Task A_description_is_printable(string sent, string value, string quoted) => (await Demo.PostAsync(
        "/backups", $"{{\"backup\":{{\"volume_id\":\"{Id}\",\"description\":\"{sent}\"}}}}")).MustRefuse(
        $"Invalid input for field/attribute description. Value: {value}. " +
        $"{quoted} does not match '^[printable characters]*$'");

    [Theory]
    [InlineData("7e5ba7f11a3c4a539d3c0d8b7f6a0001")]
    [InlineData("{7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001}")]
    [InlineData("urn:uuid:7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001")]
    [InlineData("7E5BA7F1-1A3C-4A53-9D3C-0D8B7F6A0001")]
    public async Task Ids_come_in_several_forms(string id) =>
        (await Demo.PostAsync("/backups", $"{{\"backup\":{{\"volume_id\":\"{id}\"}}}}")).MustRefuse(
            404, "itemNotFound", $"Volume {Id} could not be found.");

    [Fact]
    public async Task Of_a_field_given_twice_the_last_counts() =>
        (await Demo.PostAsync("/backups", $"{{\"backup\":{{\"volume_id\":\"foo\",\"volume_id\":\"{Id}\"}}}}"))
            .MustBe(HttpStatusCode.NotFound);

    private Task<ApiAnswer> PostAsync(string field, string value) =>
        Demo.PostAsync("/backups", $"{{\"backup\":{{\"volume_id\":\"{Id}\",\"{field}\":\"{value}\"}}}}");
}
