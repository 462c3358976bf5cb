using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Contracts;
using MassTransit.Serialization;

namespace BackupEngine.ControlPlane.Tests.Contracts;

/// <summary>
/// Messages as version 1 sends and understands them. A file of <c>Frozen</c> is never changed: services of two versions
/// run side by side while hosts are upgraded. New members may be added to a contract if they are not required.
/// </summary>
public sealed class FrozenMessageTests
{
    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "Contracts", "Frozen");

    public static TheoryData<string> Names => [.. Contracts.Select(type => type.Name)];

    private static IEnumerable<Type> Contracts => typeof(CreateBackup).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsPublic: true } && type.Namespace == typeof(CreateBackup).Namespace)
        .OrderBy(type => type.Name, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_of_version_1_is_understood_and_one_of_now_by_version_1(string name)
    {
        var type = Contracts.Single(contract => contract.Name == name);
        var file = Path.Combine(Directory, name + ".json");
        Assert.True(File.Exists(file), $"{name} is new: add Contracts/Frozen/{name}.json with\n{Write(Sample(type))}");
        var frozen = JsonNode.Parse(File.ReadAllText(file))!;

        var read = frozen.Deserialize(type, SystemTextJsonMessageSerializer.Options)!;

        AssertHas(frozen, JsonNode.Parse(Write(read)), name);
        AssertHas(frozen, JsonNode.Parse(Write(Sample(type))), name);
    }

    /// <summary>Every member that version 1 requires is there, with its value.</summary>
    private static void AssertHas(JsonNode? wanted, JsonNode? found, string path)
    {
        Assert.True(found is not null, $"{path} is missing");
        if (wanted is JsonObject members)
            foreach (var (name, value) in members)
                AssertHas(value, found![name], $"{path}.{name}");
        else if (wanted is JsonArray items)
            for (var i = 0; i < items.Count; i++)
                AssertHas(items[i], found![i], $"{path}[{i}]");
        else
            Assert.True(JsonNode.DeepEquals(wanted, found), $"{path} is {found}, not {wanted}");
    }

    private static string Write(object message) =>
        JsonSerializer.Serialize(message, message.GetType(), SystemTextJsonMessageSerializer.Options);

    /// <summary>A message with a value in every member, always the same.</summary>
    private static object Sample(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Sample(inner);
        if (type == typeof(string))
            return "text";
        if (type == typeof(bool))
            return true;
        if (type == typeof(long))
            return 1_234_567_890_123;
        if (type == typeof(Guid))
            return new Guid("0123abcd-0123-4567-89ab-0123456789ab");
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(1)!;
        return type.IsAssignableTo(typeof(IEnumerable)) ? SampleList(type) : SampleRecord(type);
    }

    private static Array SampleList(Type type)
    {
        var item = type.GetGenericArguments()[0];
        var list = Array.CreateInstance(item, 1);
        list.SetValue(Sample(item), 0);
        return list;
    }

    private static object SampleRecord(Type type)
    {
        var message = Activator.CreateInstance(type)!;
        foreach (var member in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(m => m.CanWrite))
            member.SetValue(message, Sample(member.PropertyType));
        return message;
    }
}
