using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace BackupEngine.ControlPlane.Bus.Queues;

/// <summary>One message that waits, as an operator looks at it.</summary>
/// <param name="Id">Its id; empty where it has none.</param>
/// <param name="Type">Its contract; empty where it cannot be read.</param>
/// <param name="Fault">Why its consumer has failed; empty where that is not known.</param>
/// <param name="FaultedAt">When, as the bus wrote it.</param>
/// <param name="Body">The first characters of the body.</param>
internal sealed record QueuedMessage(string Id, string Type, string Fault, string FaultedAt, string Body)
{
    private const int LongestBody = 2000;

    /// <summary>From what the broker has.</summary>
    public static QueuedMessage Of(BasicGetResult message)
    {
        var body = Encoding.UTF8.GetString(message.Body.Span);
        return new QueuedMessage(
            message.BasicProperties.MessageId ?? "",
            TypeOf(body),
            Header(message.BasicProperties, "MT-Fault-Message"),
            Header(message.BasicProperties, "MT-Fault-Timestamp"),
            body.Length <= LongestBody ? body : body[..LongestBody] + "...");
    }

    private static string Header(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers?.TryGetValue(name, out var value) == true
            ? value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : $"{value}"
            : "";

    /// <summary>The last part of <c>urn:message:NAMESPACE:NAME</c>.</summary>
    private static string TypeOf(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty("messageType", out var types)
                && types is { ValueKind: JsonValueKind.Array } && types.GetArrayLength() > 0
                ? types[0].GetString()?.Split(':')[^1] ?? ""
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
