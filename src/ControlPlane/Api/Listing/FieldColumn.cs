using System.Linq.Expressions;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>A field of one type.</summary>
internal sealed class FieldColumn<T, TValue>(
    Expression<Func<T, TValue>> field, Func<string, (bool Known, TValue Value)> parse) : ListColumn<T>
{
    private readonly Func<T, TValue> _read = field.Compile();

    /// <inheritdoc/>
    public override IQueryable<T> Equal(IQueryable<T> rows, string text)
    {
        var (known, value) = parse(text);
        var row = field.Parameters[0];
        Expression condition = known ? Expression.Equal(field.Body, Parameter(value)) : Expression.Constant(false);
        return rows.Where(Expression.Lambda<Func<T, bool>>(condition, row));
    }

    /// <inheritdoc/>
    public override IQueryable<T> Like(IQueryable<T> rows, string text)
    {
        if (typeof(TValue) != typeof(string))
            return rows;
        var contains = Expression.Call(field.Body, nameof(string.Contains), typeArguments: null, Parameter(text));
        var present = Expression.NotEqual(field.Body, Expression.Constant(null, typeof(string)));
        return rows.Where(Expression.Lambda<Func<T, bool>>(Expression.AndAlso(present, contains), field.Parameters));
    }

    /// <inheritdoc/>
    public override IOrderedQueryable<T> Sort(IQueryable<T> rows, bool descending, bool further)
    {
        if (!CanBeNull)
            return Sort(rows, field, descending, further);
        // Nothing is less than anything, in every database: PostgreSQL by itself has it the other way round.
        var present = Expression.Lambda<Func<T, bool>>(Expression.NotEqual(field.Body, Null), field.Parameters);
        return Sort(Sort(rows, present, descending, further), field, descending, further: true);
    }

    /// <inheritdoc/>
    public override Expression SameAs(ParameterExpression row, T marker) =>
        Expression.Equal(In(row), Parameter(_read(marker)));

    /// <inheritdoc/>
    public override Expression After(ParameterExpression row, T marker, bool descending)
    {
        var value = _read(marker);
        var here = In(row);
        if (value is null)
            return descending ? Expression.Constant(false) : Expression.NotEqual(here, Null);
        var beyond = Compare(here, Parameter(value), descending);
        return descending && CanBeNull ? Expression.OrElse(beyond, Expression.Equal(here, Null)) : beyond;
    }

    private static IOrderedQueryable<T> Sort<TKey>(
        IQueryable<T> rows, Expression<Func<T, TKey>> key, bool descending, bool further) =>
        (further, descending) switch
        {
            (false, false) => rows.OrderBy(key),
            (false, true) => rows.OrderByDescending(key),
            (true, false) => ((IOrderedQueryable<T>)rows).ThenBy(key),
            (true, true) => ((IOrderedQueryable<T>)rows).ThenByDescending(key),
        };

    private static bool CanBeNull => default(TValue) is null;

    private static ConstantExpression Null => Expression.Constant(null, typeof(TValue));

    private static BinaryExpression Compare(Expression here, Expression there, bool descending)
    {
        if (typeof(TValue) == typeof(string))
        {
            here = Expression.Call(typeof(string), nameof(string.Compare), typeArguments: null, here, there);
            there = Expression.Constant(0);
        }

        if (typeof(TValue) == typeof(bool))
            return descending
                ? Expression.AndAlso(Expression.Not(here), there)
                : Expression.AndAlso(here, Expression.Not(there));
        return descending ? Expression.LessThan(here, there) : Expression.GreaterThan(here, there);
    }

    private Expression In(ParameterExpression row) => new ReplaceParameter(field.Parameters[0], row).Visit(field.Body);

    /// <summary>A value as a parameter of the statement, so that the statement is the same for every value.</summary>
    private static MemberExpression Parameter<TParameter>(TParameter value) =>
        Expression.Property(Expression.Constant(new Box<TParameter>(value)), nameof(Box<>.Value));

    private sealed record Box<TBoxed>(TBoxed Value);

    private sealed class ReplaceParameter(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
