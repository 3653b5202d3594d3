mod drafts;
mod intake;
mod status;
