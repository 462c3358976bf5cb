namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>
/// What each participant looks at and what it changes, learned from run to run. A call that nobody else can notice, and
/// that notices nobody, may as well come sooner or later: nobody need be preempted before it.
/// </summary>
internal sealed class Footprints
{
    private readonly Dictionary<string, HashSet<string>> _looks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _changes = new(StringComparer.Ordinal);

    public void Add(string participant, CallInfo call)
    {
        foreach (var place in call.Places)
        {
            Of(call.IsChange ? _changes : _looks, place).Add(participant);
        }
    }

    public bool IsNoticed(string participant, CallInfo call) => call.Places.Any(place =>
        Of(_changes, place).Any(other => other != participant)
        || (call.IsChange && Of(_looks, place).Any(other => other != participant)));

    private static HashSet<string> Of(Dictionary<string, HashSet<string>> footprints, string place)
    {
        if (!footprints.TryGetValue(place, out var found))
        {
            footprints.Add(place, found = new HashSet<string>(StringComparer.Ordinal));
        }

        return found;
    }
}
