using System.Text.Json.Serialization;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Format;

/// <summary>The JSON files of a repository; serializers are generated at compile time.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RepositoryConfig))]
[JsonSerializable(typeof(RepositoryConfigHead))]
[JsonSerializable(typeof(SessionRecord))]
[JsonSerializable(typeof(KeySlotRecord))]
[JsonSerializable(typeof(KeyEpochRecord))]
[JsonSerializable(typeof(QuarantineRecord))]
internal sealed partial class StoreJson : JsonSerializerContext;
