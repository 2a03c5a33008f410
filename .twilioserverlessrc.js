{
  // Read by `twilio serverless:*` and `twilio-run`: what they serve and deploy is what `npm run build` made.
  "functionsFolder": "dist/functions",
  "assetsFolder": "dist/assets",
  "commands": {
    "deploy": {
      "runtime": "node22"
    }
  }
}
