using System.CommandLine;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Bus.Queues;
using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;
using RabbitMQ.Client;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary><c>backup-engine queues list|show|redeliver</c>: the broker's queues.</summary>
internal static class BrokerQueueCommands
{
    private static readonly Argument<string> Queue = new("QUEUE") { Description = "Name of the queue." };

    private static readonly Option<int> Most = new("--max")
    {
        Description = "No more messages than this.",
        DefaultValueFactory = _ => 100,
    };

    /// <summary>All of them.</summary>
    public static Command Make()
    {
        var show = CommandConfiguration.Command(
            "show", "Shows the messages that wait in a queue, and why they failed. They stay in it.",
            ShowAsync, CommandConfiguration.Json, Most);
        show.Add(Queue);
        var redeliver = CommandConfiguration.Command(
            "redeliver",
            $"Sends the messages of NAME{QueueAddress.ErrorSuffix} or NAME{QueueAddress.SkippedSuffix} to NAME again.",
            RedeliverAsync, CommandConfiguration.Json, Most);
        redeliver.Add(Queue);
        return new Command("queues", "Looks at the broker's queues, and sends again what has failed.")
        {
            CommandConfiguration.Command(
                "list", "Lists the queues with what waits in them. The hosts are those of the records.",
                ListAsync, CommandConfiguration.Json),
            show,
            redeliver,
        };
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = Options(parsed);
        await using var connection = await BrokerConnection.OpenAsync(options, cancellationToken);
        var queues = new BrokerQueues(connection);
        var states = new List<QueueState>();
        foreach (var name in await NamesAsync(options, cancellationToken))
        {
            if (await queues.FindAsync(name, cancellationToken) is { } state)
                states.Add(state);
        }

        var json = new JsonArray([.. states.Select(state => new JsonObject
        {
            ["queue"] = state.Name,
            ["messages"] = state.Messages,
            ["consumers"] = state.Consumers,
        })]);
        await WriteAsync(
            parsed, json, states.Select(state => $"{state.Name,-50} {state.Messages,9} {state.Consumers,9}")
                .Prepend($"{"queue",-50} {"messages",9} {"consumers",9}"));
        return ExitCode.Success;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var connection = await BrokerConnection.OpenAsync(Options(parsed), cancellationToken);
        var messages = await new BrokerQueues(connection).LookAsync(
            parsed.GetRequiredValue(Queue), parsed.GetValue(Most), cancellationToken);
        var json = new JsonArray([.. messages.Select(message => new JsonObject
        {
            ["id"] = message.Id,
            ["type"] = message.Type,
            ["fault"] = message.Fault,
            ["faulted_at"] = message.FaultedAt,
            ["body"] = message.Body,
        })]);
        await WriteAsync(parsed, json, messages.Select(
            message => $"{message.Id} {message.Type} {message.FaultedAt}\n  {message.Fault}\n  {message.Body}"));
        return ExitCode.Success;
    }

    private static async Task<int> RedeliverAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var from = parsed.GetRequiredValue(Queue);
        var to = Origin(from);
        await using var connection = await BrokerConnection.OpenAsync(Options(parsed), cancellationToken);
        var moved = await new BrokerQueues(connection).MoveAsync(from, to, parsed.GetValue(Most), cancellationToken);
        await WriteAsync(
            parsed,
            new JsonObject { ["from"] = from, ["to"] = to, ["redelivered"] = moved },
            [$"{moved} messages of {from} were sent to {to} again."]);
        return ExitCode.Success;
    }

    private static string Origin(string queue)
    {
        foreach (var suffix in new[] { QueueAddress.ErrorSuffix, QueueAddress.SkippedSuffix })
        {
            if (queue.EndsWith(suffix, StringComparison.Ordinal))
                return queue[..^suffix.Length];
        }

        throw new EngineConfigurationException(
            $"{queue} is no queue of failed messages: those end with {QueueAddress.ErrorSuffix} or "
            + $"{QueueAddress.SkippedSuffix}. Nothing was sent.");
    }

    private static EngineOptions Options(ParseResult parsed)
    {
        var options = EngineOptionsReader.Read(CommandConfiguration.Read(parsed));
        return options.Transport == "rabbitmq" ? options : throw new EngineConfigurationException(
            "Transport is memory: its queues live in the process that serves, and there is no broker to ask.");
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(
        EngineOptions options, CancellationToken cancellationToken)
    {
        await using var database = (await CurrentDatabase.FindAsync(options, cancellationToken)).Open();
        var hosts = await database.Volumes.Select(volume => volume.Host).Distinct().ToListAsync(cancellationToken);
        var queues = hosts.Append(options.Host).Where(host => host.Length > 0).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).Select(QueueAddress.VolumeServiceName)
            .Prepend(QueueAddress.BackupServicesName);
        return [.. queues.SelectMany(queue => new[]
        {
            queue, queue + QueueAddress.ErrorSuffix, queue + QueueAddress.SkippedSuffix,
        })];
    }

    private static async Task WriteAsync(ParseResult parsed, JsonNode json, IEnumerable<string> words)
    {
        if (parsed.GetValue(CommandConfiguration.Json))
            await Console.Out.WriteLineAsync(json.ToJsonString());
        else
            foreach (var line in words)
                await Console.Out.WriteLineAsync(line);
    }
}
