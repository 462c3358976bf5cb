using System.Diagnostics;

namespace BackupEngine.Chunkstore.Tests.Retention;

/// <summary>
/// Runs actors one step at a time and tries every order of their steps, depth first, with at most so many switches away
/// from an actor that could go on.
/// </summary>
internal sealed class Interleaver(int maxPreemptions)
{
    private readonly List<int> _choices = [];
    private readonly List<int> _limits = [];

    /// <summary>Orders that were run.</summary>
    public int Runs { get; private set; }

    /// <summary>Runs the actors in every order; <paramref name="begin"/> makes a fresh world for each.</summary>
    public void Explore(Func<IReadOnlyList<Action<Action>>> begin, Action<string> check)
    {
        do
        {
            var order = RunOnce(begin());
            Runs++;
            check(order);
        }
        while (Next());
    }

    private string RunOnce(IReadOnlyList<Action<Action>> bodies)
    {
        var actors = bodies.Select(body => new Actor(body)).ToList();
        var order = new List<int>();
        var last = -1;
        var preemptions = 0;
        for (var depth = 0; actors.Exists(actor => !actor.Finished); depth++)
        {
            var enabled = Enumerable.Range(0, actors.Count).Where(i => !actors[i].Finished)
                .OrderBy(i => i == last ? 0 : 1).ToList();
            if (enabled[0] == last && preemptions == maxPreemptions)
            {
                enabled = [last];
            }

            var chosen = enabled[Choose(depth, enabled.Count)];
            preemptions += enabled[0] == last && chosen != last ? 1 : 0;
            last = chosen;
            order.Add(chosen);
            actors[chosen].Step();
        }

        actors.ForEach(actor => actor.End());
        return string.Join(' ', order);
    }

    private int Choose(int depth, int count)
    {
        if (depth == _choices.Count)
        {
            _choices.Add(0);
            _limits.Add(count);
        }

        Debug.Assert(_limits[depth] == count, "The actors do not do the same in the same order.");
        return _choices[depth];
    }

    private bool Next()
    {
        while (_choices.Count > 0 && _choices[^1] + 1 == _limits[^1])
        {
            _choices.RemoveAt(_choices.Count - 1);
            _limits.RemoveAt(_limits.Count - 1);
        }

        if (_choices.Count == 0)
        {
            return false;
        }

        _choices[^1]++;
        return true;
    }

    /// <summary>A thread that goes on only when it is told to.</summary>
    private sealed class Actor : IDisposable
    {
        private readonly SemaphoreSlim _go = new(0);
        private readonly SemaphoreSlim _stopped = new(0);
        private readonly Thread _thread;
        private Exception? _failure;

        public Actor(Action<Action> body)
        {
            _thread = new Thread(() => Run(body)) { IsBackground = true };
            _thread.Start();
            _stopped.Wait();
        }

        public bool Finished { get; private set; }

        public void Step()
        {
            _go.Release();
            _stopped.Wait();
        }

        public void End()
        {
            _thread.Join();
            Dispose();
            if (_failure is not null)
            {
                throw new InvalidOperationException("An actor failed.", _failure);
            }
        }

        public void Dispose()
        {
            _go.Dispose();
            _stopped.Dispose();
        }

        private void Run(Action<Action> body)
        {
            try
            {
                body(Pause);
            }
            catch (Exception exception)
            {
                _failure = exception;
            }

            Finished = true;
            _stopped.Release();
        }

        private void Pause()
        {
            _stopped.Release();
            _go.Wait();
        }
    }
}
