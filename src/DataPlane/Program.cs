using BackupEngine.DataPlane.CommandLine;

// Reads of scattered blocks block threads of the pool: enough of them must be there from the start, or lanes starve
// each other.
ThreadPool.GetMinThreads(out var workers, out var completions);
ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount * 4), completions);
return await Shell.RunAsync(args);
