using System.Text.Json.Nodes;

namespace BackupEngine.Integration.Chaos.Cluster;

/// <summary>What became of a request.</summary>
/// <param name="Status">Status of the answer; 0: there was none.</param>
/// <param name="Text">Its body, or why there is none.</param>
/// <param name="Body">Its body, where it is JSON.</param>
internal sealed record RequestEnd(int Status, string Text, JsonNode? Body)
{
    public bool Succeeded => Status is >= 200 and < 300;
}
