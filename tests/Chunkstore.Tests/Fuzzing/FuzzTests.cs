using BackupEngine.Chunkstore.Errors;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>
/// Whatever bytes a parser is given, it answers or refuses them with an error of the repository, and never allocates
/// more than its bound. Inputs that once did harm are kept in the corpus and tried first.
/// </summary>
public sealed class FuzzTests
{
    private const int InputsOfOneTarget = 20_000;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_parser_survives_every_input(string name)
    {
        var target = FuzzTargets.All.Single(target => target.Name == name);
        var kept = Corpus.Of(name);
        foreach (var input in target.Seeds)
        {
            target.Parse([.. input]);
        }

        foreach (var input in kept)
        {
            Try(target, input, "of the corpus");
        }

        var seed = Random.Shared.Next();
        var mutator = new Mutator(seed);
        IReadOnlyList<byte[]> inputs = [.. target.Seeds, .. kept];
        long count = (long)InputsOfOneTarget * Counts.Times;
        for (var i = 0L; i < count; i++)
        {
            var input = mutator.Next(inputs);
            if (mutator.IsToBeSealed())
            {
                target.Seal(input);
            }

            Try(target, input, $"of seed {seed}");
        }

        Counts.Report($"fuzz inputs, {name}", count + kept.Count, $"seed {seed}");
    }

    private static void Try(FuzzTarget target, byte[] input, string origin)
    {
        var allocated = ThreadAllocations.Of(() => Parse(target, [.. input], origin)) - input.Length;
        Assert.True(allocated <= target.MaximumBytes,
            $"An input {origin} made '{target.Name}' allocate {allocated} bytes; {target.MaximumBytes} is the bound; "
            + $"keep it in the corpus: {Convert.ToBase64String(input)}");
    }

    private static void Parse(FuzzTarget target, byte[] input, string origin)
    {
        try
        {
            target.Parse(input);
        }
        catch (RepositoryException)
        {
            // What a parser is allowed to answer.
        }
        catch (Exception exception)
        {
            Assert.Fail($"An input {origin} broke '{target.Name}'; keep it in the corpus: {exception}\n"
                + Convert.ToBase64String(input));
        }
    }
}
