using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BackupEngine.Architecture.Tests.Tidy;

/// <summary>Code about code: what a reader may rely on in every file of src/.</summary>
public sealed class TidyTests
{
    private const int MaxLineLength = 120;
    private const int MaxFileLines = 400;
    private const int MaxMethodLines = 70;

    private static readonly string[] Sources =
        [.. Checkout.Files("src", "*.cs").Where(path => !path.Contains("/Migrations/", StringComparison.Ordinal))];

    /// <summary>Vector kernels are long by nature: each is one unrolled round after another.</summary>
    private static bool IsKernel(string path) => path.Contains("/Hashing/", StringComparison.Ordinal);

    /// <summary>Lanes read and write devices on threads of their own, which exist to be blocked.</summary>
    private static bool IsTheOnePlaceToBlock(string path) =>
        path.EndsWith("/Transfers/Blocking.cs", StringComparison.Ordinal);

    [Fact]
    public void No_line_is_longer_than_120_columns() => AssertNone(
        from path in Sources.Concat(Checkout.Files("tests", "*.cs")).Concat(Checkout.Files("bench", "*.cs"))
        from line in File.ReadLines(path).Index()
        where line.Item.Length > MaxLineLength
        select $"{Checkout.Relative(path)}:{line.Index + 1} has {line.Item.Length} columns");

    [Fact]
    public void No_file_is_longer_than_400_lines() => AssertNone(
        from path in Sources
        let lines = File.ReadLines(path).Count()
        where lines > MaxFileLines && !IsKernel(path)
        select $"{Checkout.Relative(path)} has {lines} lines");

    [Fact]
    public void Files_are_short_on_the_whole()
    {
        var lines = Sources.Select(path => File.ReadLines(path).Count()).Order().ToArray();
        Assert.True(
            lines[lines.Length / 2] < 90, $"The median file has {lines[lines.Length / 2]} lines; 90 is the bound.");
        Assert.True(lines[lines.Length * 9 / 10] < 250,
            $"A tenth of the files has {lines[lines.Length * 9 / 10]} lines or more.");
    }

    [Fact]
    public void No_method_is_longer_than_70_lines() => AssertNone(
        from path in Sources
        where !IsKernel(path)
        from method in Methods(path)
        where method.Lines > MaxMethodLines
        select $"{Checkout.Relative(path)}: {method.Name} has {method.Lines} lines");

    [Fact]
    public void Methods_are_short_on_the_whole()
    {
        var lines = Sources.SelectMany(Methods).Select(method => method.Lines).Order().ToArray();
        Assert.True(
            lines[lines.Length / 2] < 10, $"The median method has {lines[lines.Length / 2]} lines; 10 is the bound.");
    }

    [Theory]
    [InlineData("TO" + "DO", "unfinished work is an issue, not a comment")]
    [InlineData("FIX" + "ME", "unfinished work is an issue, not a comment")]
    [InlineData("NotImplemented" + "Exception", "what is not offered is refused with a clear error")]
    [InlineData(
        "#pragma warning " + "disable", "a rule that is wrong here is set aside in .editorconfig, with its reason")]
    [InlineData("async " + "void", "its errors end the process, or nobody sees them")]
    [InlineData(".Get" + "Awaiter().GetResult()", "blocking on a task starves the pool")]
    public void A_word_is_banned_from_the_sources(string word, string reason) => AssertNone(
        from path in Sources
        where !IsTheOnePlaceToBlock(path)
        from line in File.ReadLines(path).Index()
        where line.Item.Contains(word, StringComparison.Ordinal)
        select $"{Checkout.Relative(path)}:{line.Index + 1} has '{word}': {reason}");

    [Fact]
    public void Every_package_is_there_for_a_stated_reason()
    {
        var lines = File.ReadAllLines(Path.Combine(Checkout.Root, "Directory.Packages.props"));
        AssertNone(
            from line in lines.Index()
            where line.Item.Contains("<PackageVersion", StringComparison.Ordinal)
            let before = lines[line.Index - 1]
            where !before.Contains("<!--", StringComparison.Ordinal)
                && !before.Contains("<PackageVersion", StringComparison.Ordinal)
            select $"Directory.Packages.props:{line.Index + 1} says no reason: {line.Item.Trim()}");
    }

    private static IEnumerable<(string Name, int Lines)> Methods(string path) =>
        CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot().DescendantNodes()
            .Where(node => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax)
            .Select(node => (NameOf(node), LinesOf(node)));

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        _ => node.Kind().ToString(),
    };

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static void AssertNone(IEnumerable<string> findings)
    {
        var found = findings.Take(30).ToArray();
        Assert.True(found.Length == 0, string.Join('\n', found));
    }
}
