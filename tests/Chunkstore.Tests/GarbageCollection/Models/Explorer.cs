using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models;

/// <summary>Walks through all states of a model, breadth first: the first violation found is a shortest one.</summary>
internal static class Explorer
{
    public static Exploration Explore<TState>(IModel<TState> model, int limit = 30_000_000)
        where TState : unmanaged
    {
        var table = new StateTable<TState>();
        var successors = new Successors<TState>();
        table.TryAdd(model.Initial, parent: -1);
        for (var number = 0; number < table.Count; number++)
        {
            var state = table[number];
            if (!model.IsSafe(state))
            {
                return new Exploration(table.Count, WayTo(model, table, number));
            }

            successors.Clear();
            model.AddSuccessors(state, successors);
            for (var i = 0; i < successors.Count; i++)
            {
                table.TryAdd(successors[i].State, number);
            }

            Assert.True(table.Count <= limit, $"more than {limit} states");
        }

        return new Exploration(table.Count, Violation: null);
    }

    private static List<Step> WayTo<TState>(IModel<TState> model, StateTable<TState> table, int number)
        where TState : unmanaged
    {
        var way = new List<Step>();
        var successors = new Successors<TState>();
        for (var parent = table.ParentOf(number); parent >= 0; number = parent, parent = table.ParentOf(number))
        {
            successors.Clear();
            model.AddSuccessors(table[parent], successors);
            way.Add(StepTo(successors, table[number]));
        }

        way.Reverse();
        return way;
    }

    private static Step StepTo<TState>(Successors<TState> successors, in TState target)
        where TState : unmanaged
    {
        for (var i = 0; i < successors.Count; i++)
        {
            if (StateTable<TState>.AreSame(successors[i].State, target))
            {
                return successors[i].Step;
            }
        }

        throw new InvalidOperationException("A step is not the same the second time.");
    }
}
