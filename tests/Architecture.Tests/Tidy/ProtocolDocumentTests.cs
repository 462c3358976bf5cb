namespace BackupEngine.Architecture.Tests.Tidy;

/// <summary>docs/data-plane-protocol.md has a row for each message, which names each of its fields.</summary>
public sealed class ProtocolDocumentTests
{
    private const string Protocol = "src/DataPlane/Protocol/data_plane.proto";
    private const string Document = "docs/data-plane-protocol.md";

    [Fact]
    public void Every_field_of_every_message_is_named_in_the_document()
    {
        var rows = Lines(Document).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();
        var fields = FieldsOfMessages().ToList();
        Assert.True(fields.Count > 150, $"only {fields.Count} fields were found in {Protocol}");
        var missing = fields.Where(one => !rows.Exists(row =>
            row.StartsWith($"| `{one.Message}` |", StringComparison.Ordinal)
            && row.Contains($"`{one.Field}`", StringComparison.Ordinal)));
        Assert.Equal("", string.Join(", ", missing.Select(one => $"{one.Message}.{one.Field}")));
    }

    [Fact]
    public void Every_call_is_named_in_the_document()
    {
        var document = string.Join('\n', Lines(Document));
        var calls = Lines(Protocol).Where(line => line.StartsWith("  rpc ", StringComparison.Ordinal))
            .Select(line => line[6..line.IndexOf('(', StringComparison.Ordinal)]).ToList();
        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.Contains($"`{call}`", document, StringComparison.Ordinal));
    }

    /// <summary>A field is what stands before " = NUMBER;": the last word there.</summary>
    private static IEnumerable<(string Message, string Field)> FieldsOfMessages()
    {
        var message = "";
        foreach (var line in Lines(Protocol).Select(WithoutComment))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            message = words switch
            {
                ["message", var name, ..] => name,
                ["enum" or "service", ..] => "",
                _ => message,
            };
            foreach (var (place, word) in words.Index().Where(word => word.Item == "="))
            {
                if (message.Length > 0 && words[place + 1].EndsWith(';'))
                {
                    yield return (message, words[place - 1]);
                }
            }
        }
    }

    private static string WithoutComment(string line) => line.Split("//")[0];

    private static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Checkout.Root, path));
}
