using BackupEngine.ControlPlane.Hosting;

return await EngineCommandLine.RunAsync(args);
