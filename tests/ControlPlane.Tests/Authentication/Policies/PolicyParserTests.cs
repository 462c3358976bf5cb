using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Policies;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.Authentication.Policies;

/// <summary>The language of rules.</summary>
public sealed class PolicyParserTests
{
    private static readonly PolicyTarget Mine = new("p", "u");
    private static readonly PolicyTarget Theirs = new("q", "v");

    [Theory]
    [InlineData("", true)]
    [InlineData("@", true)]
    [InlineData("!", false)]
    [InlineData("not !", true)]
    [InlineData("not not @", true)]
    [InlineData("role:member", true)]
    [InlineData("role:MEMBER", true)]
    [InlineData("role:admin", false)]
    [InlineData("is_admin:True", false)]
    [InlineData("is_admin:False", true)]
    [InlineData("is_admin_project:True", true)]
    [InlineData("system_scope:all", false)]
    [InlineData("project_id:p", true)]
    [InlineData("project_id:q", false)]
    [InlineData("user_id:%(user_id)s and project_id:%(project_id)s", true)]
    [InlineData("! and ! or @", true)]
    [InlineData("@ or ! and !", true)]
    [InlineData("(@ or !) and !", false)]
    [InlineData("not ! and !", false)]
    [InlineData("not (! and @)", true)]
    [InlineData("((role:member))", true)]
    [InlineData("role:admin OR (role:member AND NOT project_id:q)", true)]
    [InlineData("rule:admin_api", false)]
    [InlineData("rule:xena_system_admin_or_project_member", true)]
    public void An_expression_is(string text, bool holds) => Assert.Equal(holds, Ask(text, Mine));

    [Fact]
    public void What_belongs_to_others_is_told_apart()
    {
        Assert.False(Ask("project_id:%(project_id)s", Theirs));
        Assert.False(Ask("user_id:%(user_id)s", Theirs));
        Assert.False(Ask("user_id:%(user_id)s", new PolicyTarget("p", UserId: null)));
        Assert.False(Ask("rule:xena_system_admin_or_project_reader", Theirs));
        Assert.False(Ask("rule:admin_or_owner", Theirs));
    }

    [Theory]
    [InlineData("admin", "\"admin\" is no check.")]
    [InlineData("role:", "\"role:\" is no check.")]
    [InlineData("roel:admin", "The check \"roel:\" is not known. Checks are @, !, role:, rule:, user_id:")]
    [InlineData("http://localhost/check", "The check \"http:\" is not known.")]
    [InlineData("project_id:%(tenant)s", "\"%(tenant)s\" is not known.")]
    [InlineData("project_id:%s", "\"%s\" has a % that is neither")]
    [InlineData("role:a role:b", "\"role:b\" was not expected there.")]
    [InlineData("role:a or", "It ends where a check was expected.")]
    [InlineData("or role:a", "\"or\" stands where a check was expected.")]
    [InlineData("(role:a", "A closing parenthesis is missing.")]
    [InlineData("role:a)", "\")\" was not expected there.")]
    [InlineData("()", "\")\" stands where a check was expected.")]
    public void Faults_are_told(string text, string fault) => Assert.StartsWith(
        fault, Assert.Throws<FormatException>(() => PolicyParser.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Nothing_is_nested_without_an_end() => Assert.Throws<FormatException>(
        () => PolicyParser.Parse(string.Concat(Enumerable.Repeat("(", 100_000)) + "@"));

    /// <summary>Against the truth of the same expression, made beside it.</summary>
    [Fact]
    public void Any_expression_means_what_it_says()
    {
        var one = Gen.Bool.Select(truth => (Text: truth ? "@" : "role:none", Truth: truth));
        var any = Gen.Recursive<(string Text, bool Truth)>((depth, inner) => depth > 4 ? one : Gen.OneOf(
            one,
            inner.Select(part => ($"not ({part.Text})", !part.Truth)),
            Gen.Select(inner, inner, (a, b) => ($"({a.Text}) and ({b.Text})", a.Truth && b.Truth)),
            Gen.Select(inner, inner, (a, b) => ($"( {a.Text} or {b.Text} )", a.Truth || b.Truth)),
            Gen.Select(one, one, one, (a, b, c) =>
                ($"({a.Text} or {b.Text} and not {c.Text})", a.Truth || (b.Truth && !c.Truth)))));

        any.Sample(expression => Ask(expression.Text, Mine) == expression.Truth, iter: 2000, threads: 1);
    }

    private static bool Ask(string text, PolicyTarget target)
    {
        var caller = new Caller("u", "p", ["member", "reader"]);
        return PolicyParser.Parse(text).Holds(new PolicyQuestion(Policy.Default, caller, target));
    }
}
